// Attaching a robot: a small state machine over the agent's turns, since the terminal works its charts off one after
// another, in its own time. ChartApplyTemplate() only says that the command was queued: what became of the expert is
// seen on the chart afterwards, or in the robot's READY.
//
//   look for the robot on all charts -> wait until the terminal has the symbol's data -> wait until nothing holds its
//   lock -> close the chart that an earlier life of the robot left empty -> open a chart, apply the template
//   -> watch for the expert's name -> done, or close the chart that this attempt opened and say why
// Never two charts for one robot: one that shows it is reported, not doubled. Needs AgentMemory.mqh.

#include <Mt5Console\AgentMemory.mqh>

AgentJob agent_jobs[];

void AgentEnd(AgentAnswer &answer, const string code, const string text, const string result)
  {
   answer.is_over = true;
   answer.code = code;
   answer.text = text;
   answer.result = result;
  }

// Begins an attach, or refuses it. While another attach of the same robot runs, the command waits.
void AgentAttach(const AgentCommand &command, AgentAnswer &answer)
  {
   long robot = 0;
   ENUM_TIMEFRAMES frame = PERIOD_CURRENT;
   bool whole = Mt5ConsoleWhole(command.robot_id, robot) && AgentFrame(command.timeframe, frame);
   if(!whole || command.expert == "" || command.symbol == "" || !AgentIsPlain(command.template_file))
     {
      AgentEnd(answer, "bad_arguments", "attach needs robot_id, expert, symbol, timeframe and a template's file name", "");
      return;
     }
   answer.is_over = false;
   if(AgentJobOf(robot) >= 0 || ArraySize(agent_jobs) >= AGENT_JOBS)
     {
      return;
     }
   if(AgentRefuseAttached(robot, answer))
     {
      return;
     }
   if(!AgentSymbolExists(command.symbol))
     {
      AgentEnd(answer, "no_symbol", "the broker has no symbol " + command.symbol, "");
      return;
     }
   if(AgentRefuseTemplate(command, answer))
     {
      return;
     }
   int place = ArraySize(agent_jobs);
   ArrayResize(agent_jobs, place + 1, AGENT_JOBS);
   agent_jobs[place].id = command.id;
   agent_jobs[place].robot = robot;
   agent_jobs[place].deployment = command.deployment_id;
   agent_jobs[place].expert = command.expert;
   agent_jobs[place].wanted = AgentPlainName(command.expert);
   agent_jobs[place].symbol = command.symbol;
   agent_jobs[place].frame = frame;
   agent_jobs[place].template_file = command.template_file;
   agent_jobs[place].phase = AGENT_WAITS_FOR_SYMBOL;
   agent_jobs[place].since_ms = Mt5ConsoleTicks();
   agent_jobs[place].patience_ms = AgentPatience(command.not_after);
   agent_jobs[place].seen_ms = 0;
   agent_jobs[place].is_seen = false;
   agent_jobs[place].chart = 0;
   AgentStepAttach(agent_jobs[place], answer);
   if(answer.is_over)
     {
      AgentForgetOpened(agent_jobs[place].chart);
      AgentForgetJob(place);
     }
  }

// The job of this command, -1 when there is none.
int AgentJobWithId(const string id)
  {
   for(int i = 0; i < ArraySize(agent_jobs); i++)
     {
      if(agent_jobs[i].id == id)
        {
         return(i);
        }
     }
   return(-1);
  }

// The job of this robot, -1 when there is none.
int AgentJobOf(const long robot)
  {
   for(int i = 0; i < ArraySize(agent_jobs); i++)
     {
      if(agent_jobs[i].robot == robot)
        {
         return(i);
        }
     }
   return(-1);
  }

void AgentForgetJob(const int place)
  {
   int last = ArraySize(agent_jobs) - 1;
   for(int i = place; i < last; i++)
     {
      agent_jobs[i] = agent_jobs[i + 1];
     }
   ArrayResize(agent_jobs, last, AGENT_JOBS);
  }

// Gives up an attach that runs: its chart is closed, and the reply comes when that was seen.
void AgentGiveUp(const int place, const string code, const string text)
  {
   if(agent_jobs[place].phase != AGENT_CLOSES)
     {
      AgentFail(agent_jobs[place], code, text);
     }
  }

// One look at one attach.
void AgentStepAttach(AgentJob &job, AgentAnswer &answer)
  {
   answer.is_over = false;
   if(job.phase == AGENT_WAITS_FOR_SYMBOL)
     {
      AgentAwaitSymbol(job, answer);
     }
   if(job.phase == AGENT_WAITS_FOR_LOCK)
     {
      AgentOpen(job, answer);
     }
   else if(job.phase == AGENT_WATCHES)
     {
      AgentWatch(job, answer);
     }
   if(job.phase == AGENT_CLOSES && !answer.is_over)
     {
      AgentClose(job, answer);
     }
  }

// ---- what follows is the attach's own ----

// A robot that a chart shows already is reported with its deployment, so that the console can take it as it is.
bool AgentRefuseAttached(const long robot, AgentAnswer &answer)
  {
   long charts[];
   int count = AgentCharts(charts);
   for(int i = 0; i < count; i++)
     {
      string expert = AgentExpertOn(charts[i]);
      if(AgentRobotOf(expert) != robot)
        {
         continue;
        }
      string text = "robot " + IntegerToString(robot) + " is on a chart of " + ChartSymbol(charts[i]) + " as " + expert;
      string result = Mt5ConsoleMember("chart_id", IntegerToString(charts[i]));
      result = result + "," + Mt5ConsoleMember("expert", expert);
      result = result + "," + Mt5ConsoleMember("deployment_id", AgentReadyDeployment(robot));
      AgentEnd(answer, "already_attached", text, result);
      return(true);
     }
   return(false);
  }

// The template is the console's own file: what it would load must be what was asked for.
bool AgentRefuseTemplate(const AgentCommand &command, AgentAnswer &answer)
  {
   string text = AgentTemplate("mt5console\\templates\\" + command.template_file);
   if(StringFind(text, "<expert>") < 0)
     {
      AgentEnd(answer, "failed", "template " + command.template_file + " is missing or holds no expert", "");
      return(true);
     }
   string path = "\npath=experts\\" + command.expert + ".ex5";
   if(!StringToLower(path) || StringFind(text, path + "\r\n") < 0)
     {
      AgentEnd(answer, "bad_arguments", "template " + command.template_file + " holds another expert than " + command.expert, "");
      return(true);
     }
   return(false);
  }

// A template's text in small letters: UTF-16 with its mark, as the terminal writes them; "" for anything else.
string AgentTemplate(const string name)
  {
   uchar bytes[];
   int file = FileOpen(name, FILE_READ | FILE_BIN | FILE_SHARE_READ | FILE_SHARE_WRITE);
   if(file == INVALID_HANDLE)
     {
      return("");
     }
   ulong size = FileSize(file);
   uint count = 0;
   if(size > 2 && size <= MT5CONSOLE_LARGEST)
     {
      count = FileReadArray(file, bytes);
     }
   FileClose(file);
   if(count < 4 || bytes[0] != 255 || bytes[1] != 254)
     {
      return("");
     }
   ushort letters[];
   int length = (int)count / 2 - 1;
   ArrayResize(letters, length);
   for(int i = 0; i < length; i++)
     {
      letters[i] = (ushort)((int)bytes[2 * i + 2] + 256 * (int)bytes[2 * i + 3]);
     }
   string text = ShortArrayToString(letters, 0, length);
   if(!StringToLower(text))
     {
      return("");
     }
   return(text);
  }

// How long an attach waits for its symbol: the reply has to come while the command still holds.
long AgentPatience(const double not_after)
  {
   double left = MathMin((double)AGENT_SYMBOL_S, not_after - (double)Mt5ConsoleUtc());
   return((long)(left * 1000.0));
  }

// A terminal begins OnInit when it has the symbol's data, and removes the expert when that takes minutes: until then its
// name on the chart would tell nothing.
void AgentAwaitSymbol(AgentJob &job, AgentAnswer &answer)
  {
   long now = Mt5ConsoleTicks();
   if(SymbolSelect(job.symbol, true) && SymbolIsSynchronized(job.symbol))
     {
      job.phase = AGENT_WAITS_FOR_LOCK;
      job.since_ms = now;
      return;
     }
   if(now - job.since_ms >= job.patience_ms)
     {
      AgentEnd(answer, "no_symbol_data", "the terminal has no data of " + job.symbol + " yet", "");
     }
  }

// As soon as nothing holds the robot's lock: a robot that was just taken off its chart needs a moment to be gone.
void AgentOpen(AgentJob &job, AgentAnswer &answer)
  {
   if(Mt5ConsoleIsLocked(AgentRobotFile(job.robot, "lock")))
     {
      if(Mt5ConsoleTicks() - job.since_ms >= AGENT_ROBOT_LOCK_MS)
        {
         AgentEnd(answer, "locked", "something else holds the lock of robot " + IntegerToString(job.robot), "");
        }
      return;
     }
   // A chart is closed in the terminal's own time: whether there is room is asked at the next turn.
   if(AgentCloseLeft(job.robot))
     {
      return;
     }
   long charts[];
   if(AgentCharts(charts) >= CHARTS_MAX)
     {
      AgentEnd(answer, "chart_limit", "the terminal has as many charts open as it may", "");
      return;
     }
   // What an earlier life of this robot left would be taken for the new one's word.
   if(!Mt5ConsoleRemoveFile(AgentRobotFile(job.robot, "ready.json")))
     {
      AgentEnd(answer, "failed", "an old READY of robot " + IntegerToString(job.robot) + " cannot be removed", "");
      return;
     }
   job.chart = ChartOpen(job.symbol, job.frame);
   if(job.chart == 0)
     {
      AgentEnd(answer, "failed", "the chart could not be opened, error " + IntegerToString(GetLastError()), "");
      return;
     }
   AgentMemoriseOpened(job.chart, job.id);
   job.phase = AGENT_WATCHES;
   job.since_ms = Mt5ConsoleTicks();
   if(!ChartApplyTemplate(job.chart, "\\Files\\mt5console\\templates\\" + job.template_file))
     {
      AgentFail(job, "failed", "the template was not taken, error " + IntegerToString(GetLastError()));
     }
  }

void AgentWatch(AgentJob &job, AgentAnswer &answer)
  {
   long now = Mt5ConsoleTicks();
   string expert = AgentExpertOn(job.chart);
   if(expert == job.wanted)
     {
      if(!job.is_seen)
        {
         job.is_seen = true;
         job.seen_ms = now;
        }
      // A robot without the include never says READY: that its expert stays is all there is to see.
      bool is_ready = (job.deployment != "" && AgentReadyDeployment(job.robot) == job.deployment);
      if(is_ready || now - job.seen_ms >= AGENT_SETTLED_MS)
        {
         AgentMemoriseAttached(job.robot, job.chart);
         string text = job.expert + " runs on " + job.symbol + "," + Mt5ConsoleFrameName(job.frame);
         AgentEnd(answer, "done", text, Mt5ConsoleMember("chart_id", IntegerToString(job.chart)));
        }
      return;
     }
   if(expert != "")
     {
      AgentFail(job, "expert_not_loaded", "the chart shows " + expert + " instead of " + job.wanted);
      return;
     }
   if(job.is_seen)
     {
      AgentFail(job, "init_failed", job.expert + " was loaded and left its chart: its OnInit refused, or somebody removed it");
      return;
     }
   if(now - job.since_ms >= AGENT_LOAD_MS)
     {
      AgentFail(job, "expert_not_loaded", job.expert + " did not appear on its chart: not indexed, damaged, or refused in OnInit");
     }
  }

void AgentFail(AgentJob &job, const string code, const string text)
  {
   job.phase = AGENT_CLOSES;
   job.code = code;
   job.text = text;
   job.since_ms = Mt5ConsoleTicks();
   if(job.chart != 0 && !ChartClose(job.chart))
     {
      Print("chart ", job.chart, " could not be closed, error ", GetLastError());
     }
  }

// The chart that this attempt opened has to be seen gone; a reply that says otherwise is as true.
void AgentClose(AgentJob &job, AgentAnswer &answer)
  {
   if(job.chart == 0)
     {
      AgentEnd(answer, job.code, job.text, "");
      return;
     }
   if(!AgentChartIsOpen(job.chart))
     {
      AgentEnd(answer, job.code, job.text + "; its chart is closed", "");
      return;
     }
   if(Mt5ConsoleTicks() - job.since_ms >= AGENT_CLOSE_MS)
     {
      string result = Mt5ConsoleMember("chart_id", IntegerToString(job.chart));
      AgentEnd(answer, job.code, job.text + "; its chart could not be closed", result);
      return;
     }
   if(!ChartClose(job.chart))
     {
      Print("chart ", job.chart, " could not be closed yet, error ", GetLastError());
     }
  }
