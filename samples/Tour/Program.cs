using System.Text;
using Losses.Tour;
using Spectre.Console;

Console.OutputEncoding = Encoding.UTF8;

var report = new Report(AnsiConsole.Console);
Notebook.Run(report);
Training.Run(report);
return report.Close();
