// What the agent does for each verb of protocol 1 but attach. Who may ask, and whether it was asked before, is settled
// elsewhere. Needs AgentWorld.mqh, AgentAttach.mqh.

#include <Mt5Console\AgentWorld.mqh>
#include <Mt5Console\AgentAttach.mqh>

long agent_own_chart = 0;

void AgentRun(const AgentCommand &command, AgentAnswer &answer)
  {
   answer.is_over = false;
   if(command.verb == "attach")
     {
      AgentAttach(command, answer);
     }
   else if(command.verb == "detach")
     {
      AgentDetach(command, answer);
     }
   else if(command.verb == "symbol")
     {
      AgentSymbol(command, answer);
     }
   else if(command.verb == "pause")
     {
      AgentPause(command, answer);
     }
   else if(command.verb == "resume")
     {
      AgentResume(command, answer);
     }
   else if(command.verb == "flush_globals")
     {
      GlobalVariablesFlush();
      AgentEnd(answer, "done", "global variables are written", "");
     }
   else if(command.verb == "clean_heartbeats")
     {
      AgentCleanHeartbeats(answer);
     }
   else if(command.verb == "screenshot")
     {
      AgentScreenshot(command, answer);
     }
   else
     {
      AgentEnd(answer, "unknown_verb", "this agent knows no verb " + command.verb, "");
     }
  }

// ---- what follows is the verbs' own ----

// Closes every chart of a robot, in whichever slot; or of an expert that is no robot of ours, by its name. An attach
// of the robot that runs meanwhile is given up first, and the command waits until its chart is gone.
void AgentDetach(const AgentCommand &command, AgentAnswer &answer)
  {
   long robot = 0;
   bool by_robot = Mt5ConsoleWhole(command.robot_id, robot);
   if(!by_robot && command.expert == "")
     {
      AgentEnd(answer, "bad_arguments", "detach needs robot_id or expert", "");
      return;
     }
   if(by_robot && AgentIsAttaching(robot, command.deployment_id))
     {
      return;
     }
   long charts[];
   int count = AgentCharts(charts);
   int closed = 0;
   string running = "";
   if(by_robot)
     {
      running = AgentReadyDeployment(robot);
     }
   for(int i = 0; i < count; i++)
     {
      string expert = AgentExpertOn(charts[i]);
      bool is_wanted = (!by_robot && expert == command.expert && charts[i] != agent_own_chart);
      if(by_robot)
        {
         is_wanted = (AgentRobotOf(expert) == robot);
        }
      if(!is_wanted)
        {
         continue;
        }
      if(command.deployment_id != "" && running != "" && running != command.deployment_id)
        {
         string other = "deployment " + running + " runs, not " + command.deployment_id + ": left alone";
         AgentEnd(answer, "done", other, Mt5ConsoleMember("closed", "0"));
         return;
        }
      if(ChartClose(charts[i]))
        {
         closed = closed + 1;
        }
     }
   string number = IntegerToString(closed);
   AgentEnd(answer, "done", number + " charts closed", Mt5ConsoleMember("closed", number));
  }

// Whether an attach of this robot (and deployment, when one is named) runs; it is told to give up.
bool AgentIsAttaching(const long robot, const string deployment)
  {
   int place = AgentJobOf(robot);
   if(place < 0 || (deployment != "" && agent_jobs[place].deployment != deployment))
     {
      return(false);
     }
   AgentGiveUp(place, "cancelled", "a detach of the same robot came");
   return(true);
  }

void AgentSymbol(const AgentCommand &command, AgentAnswer &answer)
  {
   if(command.symbol == "")
     {
      AgentEnd(answer, "bad_arguments", "symbol needs a symbol", "");
      return;
     }
   bool exists = AgentSymbolExists(command.symbol);
   bool is_open = (exists && AgentSymbolIsOpen(command.symbol));
   string result = Mt5ConsoleMember("exists", Mt5ConsoleWord(exists));
   result = result + "," + Mt5ConsoleMember("is_open", Mt5ConsoleWord(is_open));
   AgentEnd(answer, "done", command.symbol, result);
  }

// A flag that the include looks at before every opening.
void AgentPause(const AgentCommand &command, AgentAnswer &answer)
  {
   long robot = 0;
   if(!Mt5ConsoleWhole(command.robot_id, robot))
     {
      AgentEnd(answer, "bad_arguments", "pause needs robot_id", "");
      return;
     }
   if(!Mt5ConsoleWriteFile(AgentRobotFile(robot, "paused"), "paused\r\n"))
     {
      AgentEnd(answer, "failed", "pause: the flag cannot be written, error " + IntegerToString(GetLastError()), "");
      return;
     }
   string text = "entries of robot " + IntegerToString(robot) + " are paused";
   AgentEnd(answer, "done", text, Mt5ConsoleMember("entries", "paused"));
  }

void AgentResume(const AgentCommand &command, AgentAnswer &answer)
  {
   long robot = 0;
   if(!Mt5ConsoleWhole(command.robot_id, robot))
     {
      AgentEnd(answer, "bad_arguments", "resume needs robot_id", "");
      return;
     }
   if(!Mt5ConsoleRemoveFile(AgentRobotFile(robot, "paused")))
     {
      AgentEnd(answer, "failed", "resume: the flag cannot be removed, error " + IntegerToString(GetLastError()), "");
      return;
     }
   string text = "entries of robot " + IntegerToString(robot) + " are no longer paused";
   AgentEnd(answer, "done", text, Mt5ConsoleMember("entries", "open"));
  }

// Removes the one-line heartbeats of robots that neither stand on a chart nor have said READY.
void AgentCleanHeartbeats(AgentAnswer &answer)
  {
   string found[];
   int count = AgentFiles("heartbeat_*.txt", found);
   int removed = 0;
   for(int i = 0; i < count; i++)
     {
      int length = StringLen(found[i]);
      if(StringFind(found[i], "heartbeat_") != 0 || length <= 14)
        {
         continue;
        }
      long robot = 0;
      string id = StringSubstr(found[i], 10, length - 14);
      if(!Mt5ConsoleWhole(id, robot) || AgentLives(robot))
        {
         continue;
        }
      if(FileDelete(found[i]))
        {
         removed = removed + 1;
        }
     }
   string number = IntegerToString(removed);
   AgentEnd(answer, "done", number + " old heartbeat files removed", Mt5ConsoleMember("removed", number));
  }

bool AgentLives(const long robot)
  {
   if(GlobalVariableCheck("EA_READY_" + IntegerToString(robot)))
     {
      return(true);
     }
   long charts[];
   int count = AgentCharts(charts);
   for(int i = 0; i < count; i++)
     {
      if(AgentRobotOf(AgentExpertOn(charts[i])) == robot)
        {
         return(true);
        }
     }
   return(false);
  }

// Names of the files that fit, folders and more than a look's worth left out.
int AgentFiles(const string filter, string &found[])
  {
   ArrayResize(found, 0);
   int count = 0;
   string name = "";
   long search = FileFindFirst(filter, name);
   if(search == INVALID_HANDLE)
     {
      return(0);
     }
   bool goes_on = true;
   while(goes_on && count < AGENT_FILES_A_LOOK)
     {
      if(StringFind(name, "\\") < 0)
        {
         ArrayResize(found, count + 1, 16);
         found[count] = name;
         count = count + 1;
        }
      goes_on = FileFindNext(search, name);
     }
   FileFindClose(search);
   return(count);
  }

// Whether the folder is there afterwards. The reference does not say what FolderCreate() answers for one that exists,
// so that a file inside of it has the last word.
bool AgentMakeFolder(const string name)
  {
   if(FolderCreate(name))
     {
      return(true);
     }
   string probe = name + "\\probe";
   return(Mt5ConsoleWriteFile(probe, "probe") && Mt5ConsoleRemoveFile(probe));
  }

void AgentScreenshot(const AgentCommand &command, AgentAnswer &answer)
  {
   long chart = 0;
   if(!Mt5ConsoleWhole(command.chart_id, chart))
     {
      AgentEnd(answer, "bad_arguments", "screenshot needs chart_id", "");
      return;
     }
   if(!AgentChartIsOpen(chart))
     {
      AgentEnd(answer, "failed", "there is no chart " + command.chart_id, "");
      return;
     }
   string name = "chart_" + command.chart_id + ".png";
   string file = "mt5console\\screenshots\\" + name;
   if(!AgentMakeFolder("mt5console\\screenshots") || !ChartScreenShot(chart, file, 1280, 720))
     {
      AgentEnd(answer, "failed", "the picture could not be taken, error " + IntegerToString(GetLastError()), "");
      return;
     }
   AgentEnd(answer, "done", name, Mt5ConsoleMember("file", file));
  }
