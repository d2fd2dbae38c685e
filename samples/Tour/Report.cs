using Spectre.Console;

namespace Losses.Tour;

/// <summary>Prints what was computed, and counts what is not as it should be.</summary>
internal sealed class Report(IAnsiConsole console)
{
    private const int Width = 80;
    private int _checked;
    private int _wrong;

    public IAnsiConsole Console => console;

    /// <summary>A line across the page.</summary>
    public void Heading(string text)
    {
        console.WriteLine();
        console.Write(new Rule($"[bold]{text.EscapeMarkup()}[/]").LeftJustified());
        console.WriteLine();
    }

    public void Text(string text) => console.MarkupLine(text.EscapeMarkup());

    /// <summary>A cell of the notebook: what is given, what is computed of it, and what it should be.</summary>
    public void Cell(string title, string given, params Check[] checks)
    {
        // A tensor prints its rows below one another; here they follow one another.
        given = given.Replace("\n ", " ");
        var table = Page()
            .AddColumn($"[bold]{title.EscapeMarkup()}[/]\n[grey]{given.EscapeMarkup()}[/]")
            .AddColumn(new TableColumn("") { Width = 7 });
        table.ShowRowSeparators = true;
        foreach (var check in checks)
        {
            _checked += check.Computed.Length;
            _wrong += check.Wrong;
            table.AddRow(new Rows(new Markup($"[blue]{check.Code.EscapeMarkup()}[/]"), Numbers(check)), Agreement(check.Wrong == 0));
        }
        console.Write(table);
    }

    /// <summary>A statement that must hold.</summary>
    public void Expect(string statement, bool holds)
    {
        _checked++;
        _wrong += holds ? 0 : 1;
        console.MarkupLine($"{(holds ? "[green]holds[/]" : "[red bold]fails[/]")}  {statement.EscapeMarkup()}");
    }

    /// <summary>The totals.</summary>
    /// <returns>The exit status.</returns>
    public int Close()
    {
        console.WriteLine();
        console.MarkupLine(
            _wrong == 0
                ? $"[green bold]All {_checked} numbers are as they should be.[/]"
                : $"[red bold]{_wrong} of {_checked} numbers are not as they should be.[/]"
        );
        return _wrong == 0 ? 0 : 1;
    }

    /// <summary>A table as wide as the page.</summary>
    public Table Page() =>
        new Table { Border = TableBorder.Rounded, Width = Math.Min(Width, console.Profile.Width) }.BorderColor(Color.Grey);

    private static Grid Numbers(Check check)
    {
        var grid = new Grid().AddColumn(new GridColumn { Padding = new(2, 0, 1, 0) }).AddColumn(new GridColumn { NoWrap = true });
        grid.AddRow(new Markup("[grey]Losses[/]"), Lines(check, check.Computed));
        grid.AddRow(new Markup($"[grey]{check.Source}[/]"), Lines(check, check.Expected));
        return grid;
    }

    // What differs stands out on both lines.
    private static Markup Lines(Check check, string[] numbers) =>
        new(
            string.Join(
                '\n',
                numbers
                    .Select((number, i) => check.AgreesAt(i) ? $"{number, 8}" : $"[red]{number, 8}[/]")
                    .Chunk(check.Columns)
                    .Select(line => string.Concat(line))
            )
        );

    private static Markup Agreement(bool agrees) => new(agrees ? "[green]agrees[/]" : "[red bold]differs[/]");
}
