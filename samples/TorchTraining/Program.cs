using System.Diagnostics;
using Losses.Tour;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Ours = Losses.TorchSharp;

// A small network on handwritten digits, trained twice from the same weights with TorchSharp's optimiser: once with libtorch's loss, once with ours in its
// place. That is the one line that changes.
const int Epochs = 20;
const int Batch = 64;

var (training, heldBack) = Digits.Load();
using var images = tensor(training.Images.ToArray(), [training.Count, Digits.Features]);
using var labels = tensor(training.Labels.Indices.ToArray().Select(label => (long)label).ToArray());

// The second network starts when everything is compiled and warm; so the first is trained once beforehand.
Train(CrossEntropyLoss());
var torchs = Train(CrossEntropyLoss());
Train(new Ours.CrossEntropyLoss());
var ours = Train(new Ours.CrossEntropyLoss());

Console.WriteLine($"{training.Count} images to learn from, {heldBack.Count} held back; {Epochs} epochs in batches of {Batch}, Adam.");
Console.WriteLine();
Console.WriteLine("| epoch | libtorch's loss | ours    |");
Console.WriteLine("| ----: | --------------: | ------: |");
foreach (var epoch in (int[])[1, 2, 5, 10, 20])
    Console.WriteLine($"| {epoch, 5} | {torchs.Curve[epoch - 1], 15:F5} | {ours.Curve[epoch - 1]:F5} |");

var apart = torchs.Curve.Zip(ours.Curve, (a, b) => Math.Abs(a - b)).Max();
Console.WriteLine();
Console.WriteLine($"held back: {torchs.Right} and {ours.Right} of {heldBack.Count} right");
Console.WriteLine(
    $"time in training: {torchs.Seconds:F3} s and {ours.Seconds:F3} s, of which loss and backward {torchs.LossSeconds:F3} s and {ours.LossSeconds:F3} s"
);
Console.WriteLine($"the curves are {apart:E1} apart at most");

// The same curve, to what float32 leaves of it over some hundreds of steps; and a network that has learnt.
var isSame = apart < 1e-3 && ours.Right >= 0.93 * heldBack.Count;
Console.WriteLine(isSame ? "The same curve." : "NOT the same curve.");
return isSame ? 0 : 1;

Run Train(Module<Tensor, Tensor, Tensor> criterion)
{
    random.manual_seed(1998);
    using var owned = criterion;
    using var network = Sequential(Linear(Digits.Features, 64), ReLU(), Linear(64, Digits.Classes));
    using var optimiser = optim.Adam(network.parameters(), lr: 3e-3);
    var curve = new List<double>();
    var (start, inLoss) = (Stopwatch.GetTimestamp(), TimeSpan.Zero);
    for (var epoch = 0; epoch < Epochs; epoch++)
    {
        using var scope = NewDisposeScope();
        var (sum, order) = (0.0, randperm(training.Count));
        for (var from = 0; from < training.Count; from += Batch)
        {
            using var step = NewDisposeScope();
            var rows = order.slice(0, from, Math.Min(training.Count, from + Batch), 1);
            var (x, y) = (images.index_select(0, rows), labels.index_select(0, rows));
            optimiser.zero_grad();
            var logits = network.forward(x);
            var before = Stopwatch.GetTimestamp();
            var loss = criterion.forward(logits, y);
            loss.backward();
            inLoss += Stopwatch.GetElapsedTime(before);
            optimiser.step();
            sum += loss.item<float>() * x.shape[0];
        }
        curve.Add(sum / training.Count);
    }
    return new(curve, Stopwatch.GetElapsedTime(start).TotalSeconds, inLoss.TotalSeconds, RightOf(network));
}

int RightOf(Module<Tensor, Tensor> network)
{
    using var scope = NewDisposeScope();
    using var _ = no_grad();
    var answers = network.forward(tensor(heldBack.Images.ToArray(), [heldBack.Count, Digits.Features])).argmax(1).data<long>().ToArray();
    return answers.Zip(heldBack.Labels.Indices.ToArray(), (answer, label) => answer == label).Count(isRight => isRight);
}

internal sealed record Run(List<double> Curve, double Seconds, double LossSeconds, int Right);
