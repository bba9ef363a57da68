// The agent's types, limits and places of files. Needs nothing.

#define AGENT_VERSION         "1.1"
#define AGENT_NAME            "Agent"
#define AGENT_EXPERT_FILE     "Experts\\Mt5Console\\Agent.ex5"
#define AGENT_HOME_INPUT      "Mt5ConsoleHome"
#define AGENT_FOLDER          "mt5console\\agent"
#define AGENT_TURN_MS         100
#define AGENT_STATUS_MS       950
#define AGENT_LOCK_WAIT_MS    3000
#define AGENT_MOVE_WAIT_MS    10000
#define AGENT_SETTLE_MS       500
#define AGENT_JOBS            16
#define AGENT_SYMBOL_S        20
#define AGENT_ROBOT_LOCK_MS   3000
#define AGENT_LOAD_MS         10000
#define AGENT_SETTLED_MS      1000
#define AGENT_CLOSE_MS        3000
#define AGENT_REMEMBERED      500
#define AGENT_CANCELS         100
#define AGENT_FILES_A_LOOK    200
#define AGENT_GLOBALS         1000

enum AgentPhase
  {
   AGENT_WAITS_FOR_SYMBOL = 0,
   AGENT_WAITS_FOR_LOCK   = 1,
   AGENT_WATCHES          = 2,
   AGENT_CLOSES           = 3
  };

// One command file. Its arguments are text, "" when they are missing.
struct AgentCommand
  {
   string            id;
   string            verb;
   long              generation;
   long              login;
   string            server;
   string            data_path;
   double            not_after;
   string            robot_id;
   string            deployment_id;
   string            expert;
   string            symbol;
   string            timeframe;
   string            template_file;
   string            chart_id;
   string            command_id;
  };

// How a verb ended. `result` holds the members of a JSON object, without its braces. While `is_over` is false the
// command stays where it is, and is looked at again.
struct AgentAnswer
  {
   bool              is_over;
   string            code;
   string            text;
   string            result;
  };

// One attach under way, from its command to its reply.
struct AgentJob
  {
   string            id;
   long              robot;
   string            deployment;
   string            expert;
   string            wanted;
   string            symbol;
   ENUM_TIMEFRAMES   frame;
   string            template_file;
   AgentPhase        phase;
   long              since_ms;
   long              patience_ms;
   long              seen_ms;
   bool              is_seen;
   long              chart;
   string            code;
   string            text;
   string            result;
  };
