using Losses.Bench;

const string Usage = """
    dotnet run --project bench -c Release -- OPTION…

      --quick         value and gradient of every row against libtorch: a table of ratios
      --structured    the same of losses with weights and masks, and of losses that look across elements
      --families      the same of losses that PyTorch has not, against the operations that the library they come from composes them of
      --engine        losses, chains, operations along an axis, products and curvature by way of DiffTensor, against libtorch
      --torch         forward and backward in TorchSharp, with libtorch's loss and with ours: a table of ratios
      --memory        bytes that a call of ours allocates
      --bandwidth     bytes moved a second, as a share of a plain copy's
      --limit         loops written by hand with a plain sum, beside ours: what an exact sum and one definition cost
      --scaling       time against the number of elements and against threads
      --own           a user's own loss in C# against a built-in one
      --domains       what it costs that numbers outside a loss's domain are refused
      --sums          an exact sum of near and of wide numbers, and losses of one to ten terms
      --first         the first call in a fresh process
      --full [ARG…]   every row by BenchmarkDotNet, which gets the arguments that follow

      --only TEXT     of --quick, --structured, --families, --engine, --torch, --memory and --first, only the rows whose name contains the text
      --check         exit status 1 where --quick, --structured, --families, --engine or --torch misses an aim
    """;

if (args is ["--first-child", var index])
{
    FirstCall.RunChild(int.Parse(index, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}
if (args is ["--full", .. var rest])
{
    Full.Run(rest);
    return 0;
}

var only = "";
var wanted = new List<string>();
for (var i = 0; i < args.Length; i++)
    if (args[i] == "--only" && i + 1 < args.Length)
        only = args[++i];
    else
        wanted.Add(args[i]);
string[] known =
[
    "--quick",
    "--structured",
    "--families",
    "--engine",
    "--torch",
    "--memory",
    "--bandwidth",
    "--limit",
    "--scaling",
    "--own",
    "--domains",
    "--sums",
    "--first",
    "--check",
];
if (wanted.All(option => option == "--check") || wanted.Except(known).Any())
{
    Console.Error.WriteLine(Usage);
    return 2;
}

Report.Environment(args);
var reached = true;
foreach (var option in wanted)
    switch (option)
    {
        case "--quick":
            reached &= Quick.Run(only);
            break;
        case "--structured":
            reached &= Quick.RunStructured(only);
            break;
        case "--families":
            reached &= Quick.RunFamilies(only);
            break;
        case "--engine":
            reached &= Quick.RunEngine(only);
            break;
        case "--torch":
            reached &= Quick.RunInside(only);
            break;
        case "--memory":
            Memory.Run(only);
            break;
        case "--bandwidth":
            Bandwidth.Run();
            break;
        case "--limit":
            Limit.Run();
            break;
        case "--scaling":
            Scaling.Run();
            break;
        case "--own":
            OwnLoss.Run();
            break;
        case "--domains":
            Domains.Run();
            break;
        case "--sums":
            Sums.Run();
            break;
        case "--first":
            FirstCall.Run(only);
            break;
    }
return reached || !wanted.Contains("--check") ? 0 : 1;
