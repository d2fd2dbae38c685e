using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Facade.Docs;

/// <summary>docs/losses.md: every loss with what its documentation says, by family.</summary>
internal static partial class LossTable
{
    private const string Opening = """
        # All losses

        Each with the first sentence of its formula, as its documentation has it; there are shapes, slopes, units, errors and sources.
        x is the prediction, t the target, y a label, p a probability or a softmax; d = x − t, σ the logistic function. [Which loss?](which-loss.md) says
        when to take which, and [from other libraries](migration.md) what it is called elsewhere. A test holds this file to the documentation;
        `LOSSES_APPROVE=1 dotnet test tests/Facade -c Release --filter FullyQualifiedName~Readme` writes it.

        """;

    /// <summary>The file as it must be.</summary>
    /// <param name="losses">The façade's names.</param>
    public static string Written(IReadOnlyCollection<string> losses)
    {
        var members = XDocument
            .Load(Path.Combine(AppContext.BaseDirectory, "Losses.FSharp.xml"))
            .Descendants("member")
            .Select(member => (Name: member.Attribute("name")!.Value, Documentation: member))
            .ToArray();
        var families = members
            .Select(member => (Name: FunctionName().Match(member.Name), member.Documentation))
            .Where(member => member.Name.Success)
            .Select(member => (Module: member.Name.Groups[1].Value, Function: member.Name.Groups[2].Value, member.Documentation))
            .Select(member => (member.Module, member.Function, Loss: LossOf(member.Function, losses), member.Documentation))
            .Where(member => member.Loss is not null && member.Documentation.Element("remarks") is not null)
            .GroupBy(member => member.Module);
        var text = new StringBuilder(Opening);
        foreach (var family in families.OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            var about = members.Single(member => member.Name == $"T:Losses.FSharp.{family.Key}").Documentation;
            text.Append(
                $"\n## {Spaced(family.Key)}\n\n{Text(about.Element("summary"))}\n\n| loss | formula | F# | C# |\n| --- | --- | --- | --- |\n"
            );
            foreach (var (_, function, loss, documentation) in family.OrderBy(member => member.Function, StringComparer.Ordinal))
            {
                var title = Sentence(Text(documentation.Element("summary"))).Split(':')[0];
                var formula = Sentence(Text(documentation.Element("remarks")));
                text.Append($"| {Cell(title)} | {Cell(formula)} | `{function}` | `Loss.{loss}` |\n");
            }
        }
        return text.ToString();
    }

    /// <summary>The headings of the families, as links to them are written.</summary>
    public static IEnumerable<string> Anchors(string file) =>
        file.Split('\n')
            .Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line[3..].ToLowerInvariant().Replace(' ', '-'));

    // In C# a function of labels and that of probabilities have one name.
    private static string? LossOf(string function, IReadOnlyCollection<string> losses) =>
        losses.FirstOrDefault(loss => loss.Equals(function, StringComparison.OrdinalIgnoreCase))
        ?? losses
            .Where(loss =>
                function.StartsWith(loss, StringComparison.OrdinalIgnoreCase) || function.EndsWith(loss, StringComparison.OrdinalIgnoreCase)
            )
            .MaxBy(loss => loss.Length);

    private static string Spaced(string module) =>
        module[0] + Capital().Replace(module[1..], match => " " + match.Value.ToLowerInvariant());

    private static string Cell(string text) => text.Replace("|", "\\|");

    // "… with p = softmax(x). Slope in x: …" is a formula up to the full stop.
    private static string Sentence(string text) => SentenceEnd().Split(text)[0].TrimEnd('.');

    private static string Text(XElement? element) => Space().Replace(string.Concat(element!.DescendantNodes().Select(Shown)), " ").Trim();

    private static string Shown(XNode node) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "paramref" } reference => reference.Attribute("name")!.Value,
            _ => "",
        };

    // "M:Losses.FSharp.Regression.huber``1(…)", but neither the vocabulary, which has words of the same names, nor what makes a loss of a definition.
    [GeneratedRegex(@"^M:Losses\.FSharp\.((?!(?:Notation|Reduce|Pointwise|Sums|Pairs|WeightedPairs|SoftmaxRows)\.)\w+)\.(\w+)``")]
    private static partial Regex FunctionName();

    [GeneratedRegex(@"(?<=[^.A-Z])\. (?=\p{Lu}|‖)|; 0 where| Convex| Slope| ?Source")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
