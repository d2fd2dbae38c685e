using System.Reflection;
using System.Text.RegularExpressions;
using Losses.CSharp;
using Xunit;

namespace Facade.Docs;

/// <summary>The README's C# is what is compiled here, and prints what it says there.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void The_loss_of_sums_has_a_value_for_each_row() => Assert.Equal([0.08, 0], ReadmeCSharp.Sums());

    [Fact]
    public void The_README_s_CSharp_is_what_is_compiled_here() => Assert.Equal(Blocks("csharp"), Regions());

    [Fact]
    public void The_README_s_example_prints_what_stands_below_it() => Assert.Equal(Blocks("text")[0], ReadmeCSharp.Example());

    [Fact]
    public void The_README_names_every_loss() =>
        Assert.All(
            typeof(Loss).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly),
            loss => Assert.Matches($@"\bLoss\.{loss.Name}\b", Read("README.md"))
        );

    [Fact]
    public void The_README_s_own_loss_has_its_value_and_gradient_over_spans()
    {
        // 0.75 (0 + 4 + 0.25 + 0) / 4 + 0.25 (2 + 2 + 0.5 + 1) / 4
        var (value, gradient) = ReadmeCSharp.Spans();
        Assert.Equal(1.140625f, value);
        Assert.Equal([0.0625f, 0.8125f, -0.25f, -0.0625f], gradient);
    }

    private static string Read(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Losses.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above has Losses.sln.");
        return File.ReadAllText(Path.Combine(folder.FullName, path)).ReplaceLineEndings("\n");
    }

    // The fenced blocks of the README in a language.
    private static string[] Blocks(string language) =>
        [
            .. Regex
                .Matches(Read("README.md"), $"^```{language}\n(.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)
                .Select(block => block.Groups[1].Value),
        ];

    // The marked regions of this file, those of one name put together.
    private static string[] Regions() =>
        [
            .. Marked()
                .Matches(Read("tests/Facade/Docs/ReadmeCSharp.cs"))
                .GroupBy(region => region.Groups[1].Value, region => Dedented(region.Groups[2].Value))
                .Select(parts => string.Join("\n\n", parts)),
        ];

    private static string Dedented(string text)
    {
        var lines = text.Split('\n');
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line)).TrimEnd();
    }

    [GeneratedRegex(@"^ *// README: (\w+)\n(.*?)\n *// end$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Marked();
}
