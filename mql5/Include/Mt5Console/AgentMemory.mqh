// What must outlive the agent, in agent\memory.json: the newest generation that spoke, the commands that were cancelled
// before they came, the charts that attaches under way have opened, and the chart that each robot was last attached to.
// Needs AgentWorld.mqh.

#include <Mt5Console\AgentWorld.mqh>

#define AGENT_MEMORY "mt5console\\agent\\memory.json"

long   agent_generation = 0;
string agent_cancelled[];
string agent_cancelled_by[];
string agent_opened[];
string agent_opened_by[];
string agent_attached[];
string agent_attached_to[];

// Reads what an agent before this one wrote; a missing or torn file is an empty memory. A chart that its attach did not
// live to fill is closed: left behind, such charts would add up to the terminal's limit.
void AgentRemember()
  {
   agent_generation = 0;
   ArrayResize(agent_cancelled, 0);
   ArrayResize(agent_cancelled_by, 0);
   ArrayResize(agent_opened, 0);
   ArrayResize(agent_opened_by, 0);
   ArrayResize(agent_attached, 0);
   ArrayResize(agent_attached_to, 0);
   string text = "";
   string names[];
   string kinds[];
   string values[];
   if(!Mt5ConsoleReadFile(AGENT_MEMORY, text) || !Mt5ConsoleReadObject(text, names, kinds, values))
     {
      return;
     }
   agent_generation = StringToInteger(Mt5ConsoleValue("generation", names, values));
   for(int i = 0; i < ArraySize(names); i++)
     {
      if(StringFind(names[i], "cancelled/") == 0)
        {
         AgentAddPair(agent_cancelled, agent_cancelled_by, StringSubstr(names[i], 10), values[i]);
        }
      if(StringFind(names[i], "opened/") == 0)
        {
         AgentAddPair(agent_opened, agent_opened_by, StringSubstr(names[i], 7), values[i]);
        }
      if(StringFind(names[i], "attached/") == 0)
        {
         AgentAddPair(agent_attached, agent_attached_to, StringSubstr(names[i], 9), values[i]);
        }
     }
   AgentCloseLeftovers();
  }

// A command of this generation is carried out: older ones are refused from now on.
void AgentHeard(const long generation)
  {
   if(generation > agent_generation)
     {
      agent_generation = generation;
      AgentMemorise();
     }
  }

// A command that must not be carried out, and the one that said so; the first word counts.
void AgentMemoriseCancel(const string id, const string by)
  {
   if(Mt5ConsoleFind(id, agent_cancelled) < 0)
     {
      AgentAddPair(agent_cancelled, agent_cancelled_by, id, by);
      AgentMemorise();
     }
  }

// A chart that an attach has opened, until that attach has ended.
void AgentMemoriseOpened(const long chart, const string by)
  {
   AgentAddPair(agent_opened, agent_opened_by, IntegerToString(chart), by);
   AgentMemorise();
  }

void AgentForgetOpened(const long chart)
  {
   int place = Mt5ConsoleFind(IntegerToString(chart), agent_opened);
   if(place >= 0)
     {
      AgentDropPair(agent_opened, agent_opened_by, place);
      AgentMemorise();
     }
  }

// The chart that a robot runs on now; it is known until the robot gets another one.
void AgentMemoriseAttached(const long robot, const long chart)
  {
   AgentDropAttached(robot);
   AgentAddPair(agent_attached, agent_attached_to, IntegerToString(robot), IntegerToString(chart));
   AgentMemorise();
  }

// Closes the chart that a robot was on and left without an expert: such a chart is saved again at every exit, and they
// would add up to the terminal's limit. True when there was one; it is asked for once.
bool AgentCloseLeft(const long robot)
  {
   int place = Mt5ConsoleFind(IntegerToString(robot), agent_attached);
   if(place < 0)
     {
      return(false);
     }
   long chart = StringToInteger(agent_attached_to[place]);
   if(!AgentChartIsOpen(chart) || AgentExpertOn(chart) != "")
     {
      return(false);
     }
   AgentDropAttached(robot);
   AgentMemorise();
   if(!ChartClose(chart))
     {
      Print("chart ", chart, ", which robot ", robot, " left empty, could not be closed, error ", GetLastError());
     }
   return(true);
  }

// ---- what follows is the memory's own ----

void AgentDropAttached(const long robot)
  {
   int place = Mt5ConsoleFind(IntegerToString(robot), agent_attached);
   if(place >= 0)
     {
      AgentDropPair(agent_attached, agent_attached_to, place);
     }
  }

void AgentCloseLeftovers()
  {
   int count = ArraySize(agent_opened);
   for(int i = 0; i < count; i++)
     {
      long chart = StringToInteger(agent_opened[i]);
      if(AgentChartIsOpen(chart) && AgentExpertOn(chart) == "" && !ChartClose(chart))
        {
         Print("chart ", chart, ", which an attach left empty, could not be closed, error ", GetLastError());
        }
     }
   if(count > 0)
     {
      ArrayResize(agent_opened, 0);
      ArrayResize(agent_opened_by, 0);
      AgentMemorise();
     }
  }

// At the end; the oldest goes when there are too many.
void AgentAddPair(string &keys[], string &values[], const string key, const string value)
  {
   if(ArraySize(keys) >= AGENT_CANCELS)
     {
      AgentDropPair(keys, values, 0);
     }
   int count = ArraySize(keys);
   ArrayResize(keys, count + 1, AGENT_CANCELS);
   ArrayResize(values, count + 1, AGENT_CANCELS);
   keys[count] = key;
   values[count] = value;
  }

void AgentDropPair(string &keys[], string &values[], const int place)
  {
   int last = ArraySize(keys) - 1;
   for(int i = place; i < last; i++)
     {
      keys[i] = keys[i + 1];
      values[i] = values[i + 1];
     }
   ArrayResize(keys, last, AGENT_CANCELS);
   ArrayResize(values, last, AGENT_CANCELS);
  }

// {"protocol":1,"generation":5,"cancelled":{"c7":"c9"},"opened":{"131":"c8"},"attached":{"7":"130"}}
void AgentMemorise()
  {
   string text = Mt5ConsoleOpening() + ",\"generation\":" + IntegerToString(agent_generation);
   text = text + ",\"cancelled\":{" + AgentPairs(agent_cancelled, agent_cancelled_by) + "}";
   text = text + ",\"opened\":{" + AgentPairs(agent_opened, agent_opened_by) + "}";
   text = text + ",\"attached\":{" + AgentPairs(agent_attached, agent_attached_to) + "}}";
   if(!Mt5ConsoleReplaceFile(AGENT_MEMORY, text))
     {
      Print("the agent's memory cannot be written, error ", GetLastError());
     }
  }

string AgentPairs(const string &keys[], const string &values[])
  {
   string text = "";
   for(int i = 0; i < ArraySize(keys); i++)
     {
      if(i > 0)
        {
         text = text + ",";
        }
      text = text + Mt5ConsoleMember(keys[i], values[i]);
     }
   return(text);
  }
