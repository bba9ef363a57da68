// Command files and their replies: who may ask, whether it was asked before, and that nothing is done twice.
//
// A reply lies in agent\replies until the console clears it away a day later: it is the journal by which a command is
// known again, also after the agent itself was restarted. AgentMemory.mqh keeps what no reply tells.
// Needs AgentMemory.mqh, AgentVerbs.mqh.

#include <Mt5Console\AgentMemory.mqh>
#include <Mt5Console\AgentVerbs.mqh>

#define AGENT_COMMANDS "mt5console\\agent\\commands\\"
#define AGENT_REPLIES  "mt5console\\agent\\replies\\"

string agent_answered[];
string agent_answers[];
string agent_not_written = "";

bool AgentBeginCommands()
  {
   ArrayResize(agent_answered, 0);
   ArrayResize(agent_answers, 0);
   ArrayResize(agent_jobs, 0);
   agent_not_written = "";
   bool made = AgentMakeFolder("mt5console\\agent\\commands") && AgentMakeFolder("mt5console\\agent\\replies");
   return(made && AgentMakeFolder("mt5console\\robots"));
  }

// Looks at the command files: cancels first, then by the time until which they hold.
void AgentLook()
  {
   string files[];
   int found = AgentFiles(AGENT_COMMANDS + "*.json", files);
   AgentCommand commands[];
   int count = 0;
   for(int i = 0; i < found; i++)
     {
      AgentCommand command;
      if(AgentReadCommand(files[i], command))
        {
         ArrayResize(commands, count + 1, 16);
         commands[count] = command;
         count = count + 1;
        }
     }
   AgentSortCommands(commands, count);
   for(int j = 0; j < count; j++)
     {
      AgentServe(commands[j]);
     }
  }

// Goes on with the attaches that are under way, and replies to those that ended.
void AgentWork()
  {
   for(int i = ArraySize(agent_jobs) - 1; i >= 0; i--)
     {
      AgentAnswer answer;
      AgentStepAttach(agent_jobs[i], answer);
      if(answer.is_over)
        {
         string id = agent_jobs[i].id;
         AgentForgetOpened(agent_jobs[i].chart);
         AgentForgetJob(i);
         AgentReply(id, answer);
        }
     }
  }

// ---- what follows is the command files' own ----

void AgentServe(const AgentCommand &command)
  {
   // A cancel in the same look may have answered it, and an attach may be at work on it.
   if(!FileIsExist(AGENT_COMMANDS + command.id + ".json") || AgentJobWithId(command.id) >= 0)
     {
      return;
     }
   string earlier = AgentEarlierReply(command.id);
   if(earlier != "")
     {
      AgentHandOver(command.id, earlier);
      return;
     }
   AgentAnswer answer;
   answer.is_over = false;
   if(!AgentRefuse(command, answer))
     {
      AgentHeard(command.generation);
      if(command.verb == "cancel")
        {
         AgentCancel(command, answer);
        }
      else
        {
         AgentRun(command, answer);
        }
     }
   if(answer.is_over)
     {
      AgentReply(command.id, answer);
     }
  }

bool AgentRefuse(const AgentCommand &command, AgentAnswer &answer)
  {
   long login = AccountInfoInteger(ACCOUNT_LOGIN);
   string server = AccountInfoString(ACCOUNT_SERVER);
   string path = TerminalInfoString(TERMINAL_DATA_PATH);
   bool is_here = (command.login == login && command.server == server);
   if(!is_here || AgentSamePath(command.data_path) != AgentSamePath(path))
     {
      AgentEnd(answer, "wrong_terminal", "this is " + IntegerToString(login) + "@" + server + " in " + path, "");
      return(true);
     }
   if((double)Mt5ConsoleUtc() > command.not_after)
     {
      AgentEnd(answer, "expired", "the command came too late", "");
      return(true);
     }
   if(command.generation < agent_generation)
     {
      AgentEnd(answer, "older_generation", "generation " + IntegerToString(agent_generation) + " has spoken already", "");
      return(true);
     }
   int place = Mt5ConsoleFind(command.id, agent_cancelled);
   if(place >= 0)
     {
      AgentEnd(answer, "cancelled", "cancelled by " + agent_cancelled_by[place], "");
      return(true);
     }
   return(false);
  }

// Stops what waits, what runs and what is still to come; what was carried out is told.
void AgentCancel(const AgentCommand &command, AgentAnswer &answer)
  {
   string wanted = command.command_id;
   if(!AgentIsPlain(wanted))
     {
      AgentEnd(answer, "bad_arguments", "cancel needs command_id", "");
      return;
     }
   string code = AgentEarlierCode(wanted);
   if(code != "")
     {
      string result = Mt5ConsoleMember("state", "executed") + "," + Mt5ConsoleMember("code", code);
      AgentEnd(answer, "done", "it was carried out before: " + code, result);
      return;
     }
   AgentMemoriseCancel(wanted, command.id);
   string text = "it has not come yet and will be refused";
   int place = AgentJobWithId(wanted);
   if(place >= 0)
     {
      AgentGiveUp(place, "cancelled", "cancelled by " + command.id);
      text = "it will not be carried out";
     }
   else if(FileIsExist(AGENT_COMMANDS + wanted + ".json"))
     {
      AgentAnswer refusal;
      AgentEnd(refusal, "cancelled", "cancelled by " + command.id, "");
      AgentReply(wanted, refusal);
      text = "it will not be carried out";
     }
   AgentEnd(answer, "done", text, Mt5ConsoleMember("state", "cancelled"));
  }

// A command file that is whole, of this protocol, and of the name that it bears.
bool AgentReadCommand(const string file, AgentCommand &command)
  {
   string text = "";
   string names[];
   string kinds[];
   string values[];
   if(!Mt5ConsoleReadFile(AGENT_COMMANDS + file, text) || !Mt5ConsoleReadObject(text, names, kinds, values))
     {
      return(false);
     }
   command.id = Mt5ConsoleValue("id", names, values);
   command.verb = Mt5ConsoleValue("verb", names, values);
   command.generation = StringToInteger(Mt5ConsoleValue("generation", names, values));
   command.login = StringToInteger(Mt5ConsoleValue("login", names, values));
   command.server = Mt5ConsoleValue("server", names, values);
   command.data_path = Mt5ConsoleValue("data_path", names, values);
   command.not_after = StringToDouble(Mt5ConsoleValue("not_after_utc", names, values));
   command.robot_id = Mt5ConsoleValue("arguments/robot_id", names, values);
   command.deployment_id = Mt5ConsoleValue("arguments/deployment_id", names, values);
   command.expert = Mt5ConsoleValue("arguments/expert", names, values);
   command.symbol = Mt5ConsoleValue("arguments/symbol", names, values);
   command.timeframe = Mt5ConsoleValue("arguments/timeframe", names, values);
   command.template_file = Mt5ConsoleValue("arguments/template", names, values);
   command.chart_id = Mt5ConsoleValue("arguments/chart_id", names, values);
   command.command_id = Mt5ConsoleValue("arguments/command_id", names, values);
   bool is_text = (Mt5ConsoleKind("id", names, kinds) == "text" && Mt5ConsoleKind("verb", names, kinds) == "text");
   bool is_counted = (Mt5ConsoleKind("generation", names, kinds) == "number" && Mt5ConsoleKind("login", names, kinds) == "number");
   bool is_dated = (Mt5ConsoleKind("not_after_utc", names, kinds) == "number");
   bool is_whole = (is_text && is_counted && is_dated && Mt5ConsoleKind("arguments", names, kinds) == "object");
   return(is_whole && AgentIsPlain(command.id) && command.id + ".json" == file);
  }

void AgentSortCommands(AgentCommand &commands[], const int count)
  {
   for(int i = 1; i < count; i++)
     {
      AgentCommand command;
      command = commands[i];
      int place = i;
      while(place > 0 && AgentGoesFirst(command, commands[place - 1]))
        {
         commands[place] = commands[place - 1];
         place = place - 1;
        }
      commands[place] = command;
     }
  }

bool AgentGoesFirst(const AgentCommand &left, const AgentCommand &right)
  {
   bool left_cancels = (left.verb == "cancel");
   bool right_cancels = (right.verb == "cancel");
   if(left_cancels != right_cancels)
     {
      return(left_cancels);
     }
   if(left.not_after != right.not_after)
     {
      return(left.not_after < right.not_after);
     }
   return(Mt5ConsoleIsBefore(left.id, right.id));
  }

// Keeps the answer, writes the reply, and only then clears the command away: without its reply it is answered again,
// never carried out again.
void AgentReply(const string id, const AgentAnswer &answer)
  {
   string text = Mt5ConsoleOpening();
   text = text + "," + Mt5ConsoleMember("id", id);
   text = text + ",\"ok\":" + Mt5ConsoleWord(answer.code == "done");
   text = text + "," + Mt5ConsoleMember("code", answer.code);
   text = text + "," + Mt5ConsoleMember("text", answer.text);
   text = text + ",\"utc\":" + IntegerToString(Mt5ConsoleUtc());
   text = text + ",\"result\":{" + answer.result + "}}";
   AgentKeep(id, text);
   AgentHandOver(id, text);
  }

void AgentHandOver(const string id, const string text)
  {
   string reply = AGENT_REPLIES + id + ".json";
   if(!FileIsExist(reply) && !Mt5ConsoleReplaceFile(reply, text))
     {
      if(agent_not_written != id)
        {
         Print("cannot write the reply to ", id, ", error ", GetLastError());
        }
      agent_not_written = id;
      return;
     }
   if(!Mt5ConsoleRemoveFile(AGENT_COMMANDS + id + ".json"))
     {
      Print("the command ", id, " is answered and cannot be removed yet, error ", GetLastError());
     }
  }

void AgentKeep(const string id, const string text)
  {
   int count = ArraySize(agent_answered);
   if(count >= AGENT_REMEMBERED)
     {
      for(int i = 1; i < count; i++)
        {
         agent_answered[i - 1] = agent_answered[i];
         agent_answers[i - 1] = agent_answers[i];
        }
      count = count - 1;
     }
   ArrayResize(agent_answered, count + 1, AGENT_REMEMBERED);
   ArrayResize(agent_answers, count + 1, AGENT_REMEMBERED);
   agent_answered[count] = id;
   agent_answers[count] = text;
  }

// The reply that this command was given before, by this agent or one before it; "" when there is none.
string AgentEarlierReply(const string id)
  {
   int place = Mt5ConsoleFind(id, agent_answered);
   if(place >= 0)
     {
      return(agent_answers[place]);
     }
   string text = "";
   if(!Mt5ConsoleReadFile(AGENT_REPLIES + id + ".json", text) || AgentTextValue(text, "id") != id)
     {
      return("");
     }
   return(text);
  }

string AgentEarlierCode(const string id)
  {
   string reply = AgentEarlierReply(id);
   if(reply == "")
     {
      return("");
     }
   return(AgentTextValue(reply, "code"));
  }

string AgentTextValue(const string text, const string name)
  {
   string names[];
   string kinds[];
   string values[];
   if(!Mt5ConsoleReadObject(text, names, kinds, values))
     {
      return("");
     }
   return(Mt5ConsoleValue(name, names, values));
  }
