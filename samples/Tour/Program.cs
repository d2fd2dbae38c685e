using Spectre.Console;

AnsiConsole.MarkupLine("[bold]Losses[/]");
