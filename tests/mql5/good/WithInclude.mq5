// Uses its own include, which stands beside it
#include "Parts/Sizing.mqh"
#include "Parts\Sizing.mqh"

input double RiskPercent = 1.0;

int OnInit()
  {
   CSizing sizing(RiskPercent);
   double lots = sizing.Lots(_Symbol, 200);
   Print("lots ", lots, " of at most ", SIZING_LARGEST);
   return(INIT_SUCCEEDED);
  }
