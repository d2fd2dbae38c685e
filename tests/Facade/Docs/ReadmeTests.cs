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
    public void The_mean_of_a_loss_of_pairs_is_that_of_the_pairs_that_count() => Assert.Equal(8.0 / 3, ReadmeCSharp.Pairs());

    [Fact]
    public void The_loss_of_softmax_rows_has_a_value_for_each_row()
    {
        var values = ReadmeCSharp.Softmax();
        Assert.Equal(2, values.Length);
        Assert.Equal(Math.Log(3) + 2.0 / 3, values[1], 1e-15);
    }

    [Fact]
    public void The_loss_of_two_softmaxes_is_0_where_they_are_one()
    {
        var values = ReadmeCSharp.Divergence();
        Assert.Equal(2, values.Length);
        Assert.InRange(values[0], 0.023, 0.024);
        Assert.Equal(0, values[1]);
    }

    [Fact]
    public void The_README_s_own_loss_holds_its_laws() => ReadmeCSharp.Held();

    [Fact]
    public void The_README_s_CSharp_is_what_is_compiled_here() => Assert.Equal(Blocks("csharp"), Regions());

    [Fact]
    public void The_README_s_example_prints_what_stands_below_it() => Assert.Equal(Blocks("text")[0], ReadmeCSharp.Example());

    [Fact]
    public void The_README_s_formula_prints_what_stands_below_it() => Assert.Equal(Blocks("text")[1], ReadmeCSharp.Mathematics());

    // With LOSSES_APPROVE=1 it is written.
    [Fact]
    public void Docs_losses_md_says_of_every_loss_what_its_documentation_says()
    {
        string[] losses =
        [
            .. typeof(Loss)
                .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Select(loss => loss.Name)
                .Distinct()
                // A loss of one's own: the README has it.
                .Except(["Pairs", "PairWeights", "Pointwise", "Pointwise3", "SoftmaxRows", "Sums", "WeightedPairs"]),
        ];
        var written = LossTable.Written(losses);
        Assert.Equal([], losses.Where(loss => !written.Contains($"`Loss.{loss}`", StringComparison.Ordinal)));
        if (Environment.GetEnvironmentVariable("LOSSES_APPROVE") == "1")
            File.WriteAllText(Path.Combine(Root(), "docs/losses.md"), written);
        else
            Assert.Equal(written, Read("docs/losses.md"));
    }

    [Fact]
    public void The_README_links_to_every_family()
    {
        var links = Regex.Matches(Read("README.md"), @"docs/losses\.md#([\w-]+)").Select(link => link.Groups[1].Value).ToHashSet();
        Assert.Equal(LossTable.Anchors(Read("docs/losses.md")).Order(), links.Order());
    }

    [Fact]
    public void The_mean_over_all_batches_is_that_of_their_elements() =>
        // 0.125, 0 and 0.5 (2 − 0.25).
        Assert.Equal($"{(0.125 + 0.875) / 3}", ReadmeCSharp.Batches([([1, 2], [0.5f, 2]), ([3], [1])]));

    [Fact]
    public void The_README_s_own_loss_has_its_value_and_gradient_over_spans()
    {
        // 0.75 (0 + 4 + 0.25 + 0) / 4 + 0.25 (2 + 2 + 0.5 + 1) / 4
        var (value, gradient) = ReadmeCSharp.Spans();
        Assert.Equal(1.140625f, value);
        Assert.Equal([0.0625f, 0.8125f, -0.25f, -0.0625f], gradient);
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root(), path)).ReplaceLineEndings("\n");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Losses.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above has Losses.sln.");
        return folder.FullName;
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
