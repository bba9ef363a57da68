// A custom indicator
#property indicator_chart_window
#property indicator_buffers 1
#property indicator_plots   1
#property indicator_label1  "Smoothed"
#property indicator_type1   DRAW_LINE
#property indicator_color1  clrOrange

input int Length = 9; // Bars

double smoothed[];

int OnInit()
  {
   SetIndexBuffer(0, smoothed, INDICATOR_DATA);
   IndicatorSetString(INDICATOR_SHORTNAME, "Smoothed(" + IntegerToString(Length) + ")");
   return(Length > 0 ? INIT_SUCCEEDED : INIT_PARAMETERS_INCORRECT);
  }

int OnCalculate(const int rates_total, const int prev_calculated, const datetime &time[], const double &open[],
                const double &high[], const double &low[], const double &close[], const long &tick_volume[],
                const long &volume[], const int &spread[])
  {
   if(rates_total < Length)
      return(0);
   int start = prev_calculated > 0 ? prev_calculated - 1 : 0;
   for(int i = start; i < rates_total && !IsStopped(); i++)
     {
      if(i == 0)
         smoothed[i] = close[i];
      else
         smoothed[i] = smoothed[i - 1] + (close[i] - smoothed[i - 1]) / Length;
     }
   return(rates_total);
  }
