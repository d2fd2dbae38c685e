// Holds the JavaScript and the LaTeX of every formula to real engines: Node.js runs the one beside the definition, KaTeX typesets the other.
using System.Globalization;
using Formulas;
using Losses;
using Losses.Catalogue;
using Formula = Losses.Formula;

const int Samples = 200;
const double Bound = 2;

if (!Engine.IsInstalled("node"))
{
    Console.WriteLine("SKIPPED: Node.js is not installed (apt-get install nodejs npm): neither JavaScript nor LaTeX was looked at.");
    return 0;
}

var folder = Directory.CreateTempSubdirectory("formulas").FullName;
try
{
    return JavaScript(folder) + LaTeX(folder) == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(folder, true);
}

static int JavaScript(string folder)
{
    var script = new List<string>();
    var expected = new List<(string Name, double[] Operands, double[] Values, double[] Sizes)>();
    var random = new Random(1);
    foreach (var (name, loss) in Definitions.all.Select(pair => (pair.Item1, pair.Item2)))
    {
        var formula = Formula.Of(loss);
        script.Add($"{{ {formula.JavaScript}");
        for (var i = 0; i < Samples; i++)
        {
            var x = Definitions.draw(random, loss);
            var values = Definitions.values(loss, [.. x.Select(number => new Real(number))]);
            expected.Add((name, x, [.. values.Select(value => value.Value)], Shaken(loss, x, random)));
            script.Add($"console.log(Object.values(loss({string.Join(", ", x.Select(Engine.Literal))})).join(' '));");
        }
        script.Add("}");
    }

    var lines = Engine.Run(string.Join('\n', script), folder);
    var failed = 0;
    var worst = new Dictionary<string, double>();
    foreach (var (line, (name, x, values, sizes)) in lines.Zip(expected, (line, e) => (line, e)))
    {
        var own = line.Split(' ').Select(Parsed).ToArray();
        for (var k = 0; k < values.Length; k++)
        {
            if (values[k].Equals(own[k]))
                continue;
            var error =
                Math.Abs(own[k] - values[k]) / (Math.BitIncrement(Math.Abs(values[k])) - Math.Abs(values[k]) + 2 * sizes[k] / Bound);
            worst[name] = Math.Max(worst.GetValueOrDefault(name), error);
            if (error <= Bound)
                continue;
            failed++;
            Console.WriteLine(
                FormattableString.Invariant(
                    $"{name} of ({string.Join(", ", x.Select(Engine.Literal))}): derivative {k} is {values[k]:R}, but {own[k]:R} in JavaScript, {error:F1} ulp off."
                )
            );
        }
    }
    if (lines.Length != expected.Count)
    {
        Console.WriteLine($"JavaScript printed {lines.Length} lines of {expected.Count}.");
        failed++;
    }
    Console.WriteLine(
        FormattableString.Invariant(
            $"JavaScript: {expected.Count} calls of {expected.Select(e => e.Name).Distinct().Count()} definitions, {failed} past {Bound} ulp; the worst {worst.Values.DefaultIfEmpty().Max():F2} ulp, of {worst.MaxBy(w => w.Value).Key}."
        )
    );
    return failed;
}

static double Parsed(string text) =>
    text == "Infinity" ? double.PositiveInfinity
    : text == "-Infinity" ? double.NegativeInfinity
    : double.Parse(text, CultureInfo.InvariantCulture);

// By how much the value changes where elementary functions are an ulp off, as they may be here and there: where terms cancel, that is more than an ulp of it.
static double[] Shaken(IDefinition loss, double[] x, Random random)
{
    var plain = Definitions.values(loss, [.. x.Select(number => new Real(number))]);
    var largest = new double[plain.Length];
    const int Runs = 64;
    for (var run = 0; run < Runs; run++)
    {
        Shaky.Random = random;
        var shaken = Definitions.values(loss, [.. x.Select(number => new Shaky(number))]);
        for (var k = 0; k < plain.Length; k++)
            if (double.IsFinite(shaken[k].Value) && double.IsFinite(plain[k].Value))
                largest[k] = Math.Max(largest[k], Math.Abs(shaken[k].Value - plain[k].Value));
    }
    return largest;
}

static int LaTeX(string folder)
{
    if (!Engine.IsInstalled("npm"))
    {
        Console.WriteLine("SKIPPED: npm is not installed (apt-get install npm): LaTeX was not looked at.");
        return 0;
    }
    Engine.Run("npm", ["install", "--silent", "--no-audit", "--no-fund", "katex@0.19.1"], folder);
    var script = new List<string>
    {
        "const katex = require('katex');",
        "const typeset = (name, text) => { try { katex.renderToString(text, { displayMode: true, throwOnError: true, strict: 'error' }); console.log('1'); } catch (e) { console.log(name + ': ' + e.message + ': ' + text); } };",
    };
    foreach (var (name, loss) in Definitions.all.Select(pair => (pair.Item1, pair.Item2)))
    {
        var formula = Formula.Of(loss);
        foreach (
            var text in new[] { formula.Value, formula.Slope, formula.Curvature }
                .OfType<FormulaLine>()
                .Concat(formula.Where)
                .Select(line => line.LaTeX)
                .Append(formula.LaTeX)
        )
            script.Add($"typeset({Engine.Quoted(name)}, {Engine.Quoted(text)});");
    }
    var lines = Engine.Run(string.Join('\n', script), folder);
    var failed = lines.Where(line => line != "1").ToArray();
    foreach (var line in failed)
        Console.WriteLine(line);
    Console.WriteLine($"LaTeX: KaTeX typesets {lines.Length - failed.Length} of {lines.Length} lines.");
    return failed.Length;
}
