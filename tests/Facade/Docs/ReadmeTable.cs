using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Facade.Docs;

/// <summary>The README's table of losses, a row of which says what the documentation of a function says.</summary>
internal static partial class ReadmeTable
{
    private const string Start = "| loss | of an element, a row or a pair | F# | C# |";

    /// <summary>The README with a row for a loss of the façade, below those of its module.</summary>
    public static string With(string readme, string loss)
    {
        var functions = XDocument
            .Load(Path.Combine(AppContext.BaseDirectory, "Losses.FSharp.xml"))
            .Descendants("member")
            .Select(member => (Name: FunctionName().Match(member.Attribute("name")!.Value), Documentation: member))
            .Where(function => function.Name.Success)
            .ToArray();
        var (name, documentation) = functions.Single(function =>
            function.Name.Groups[2].Value.Equals(loss, StringComparison.OrdinalIgnoreCase)
        );
        var title = Text(documentation.Element("summary")).Split(':', '.')[0];
        // "With d = x − t: ½d² where … Slope: …": what d is, the README has said.
        var formula = Text(documentation.Element("remarks")).Split(" Slope")[0].Replace("With d = x − t: ", "").TrimEnd('.');
        var row =
            $"| {char.ToLowerInvariant(title[0])}{title[1..]} | {formula.Replace("|", "\\|")} | `{name.Groups[2].Value}` | `Loss.{loss}` |";

        var lines = readme.Split('\n').ToList();
        var start = lines.IndexOf(Start);
        var end = lines.FindIndex(start, line => line == "");
        var neighbours = functions
            .Where(function => function.Name.Groups[1].Value == name.Groups[1].Value)
            .Select(f => $"`{f.Name.Groups[2].Value}`");
        var last = lines.FindLastIndex(end - 1, end - 1 - start, line => neighbours.Any(line.Contains));
        lines.Insert(last < 0 ? end : last + 1, row);
        return string.Join('\n', lines);
    }

    private static string Text(XElement? element) => Space().Replace(string.Concat(element!.DescendantNodes().Select(Shown)), " ").Trim();

    private static string Shown(XNode node) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "paramref" } reference => reference.Attribute("name")!.Value,
            _ => "",
        };

    // "M:Losses.FSharp.Regression.huber``1(…)", but not the vocabulary, which has words of the same names.
    [GeneratedRegex(@"^M:(Losses\.FSharp\.(?!Notation)\w+)\.(\w+)``")]
    private static partial Regex FunctionName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
