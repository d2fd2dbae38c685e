using System.Reflection;

namespace Losses.Tests;

/// <summary>Calls of the façade with one argument that is wrong: refused by name, or taken where the wrong is right after all.</summary>
internal static class Nonsense
{
    internal static void Call(Draw draw)
    {
        var (loss, _) = Facade.Any(draw);
        var parameters = loss.Method.GetParameters();
        var parameter = draw.Of(parameters);
        var (name, given) = (parameter.Name!, loss.Arguments[parameter.Name!]);
        var isSingle = draw.OneIn(2);
        var isNullable = parameter.HasDefaultValue && parameter.RawDefaultValue is null;
        if (
            draw.OneIn(3)
            && !parameter.ParameterType.IsValueType
            && !isNullable
            && given is not global::Losses.IPointwise and not IPointwise3
        )
        {
            draw.What = $"{loss.Method.Name}, {name}: null";
            draw.Refused(() => Run(loss.With(name, null)));
            return;
        }
        switch (given)
        {
            case Plain x:
                loss = loss.With(
                    name,
                    new Plain(x.Values, x.Shape) is var same && draw.OneIn(2)
                        ? Shaped(draw.SmallShape())
                        : Shaped(new Shape(x.Shape).Insert(0, 2))
                );
                draw.What = loss.Text;
                draw.Accepted(() => Run(loss));
                break;
            case Labels labels:
                int[] indices = labels.Indices.ToArray();
                if (indices.Length == 0)
                    return;
                var bad = draw.Of(1_000_000, int.MaxValue, int.MinValue, -7);
                indices[draw.Below(indices.Length)] = bad;
                loss = loss.With(name, draw.OneIn(3) ? new Labels(indices, [1, indices.Length]) : new Labels(indices, labels.Shape));
                draw.What = $"{loss.Text}, {bad}";
                draw.Accepted(() => Run(loss));
                break;
            case double:
                loss = loss.With(name, double.NaN);
                draw.What = loss.Text;
                draw.Refused(() => Run(loss));
                break;
            case int[] lengths when lengths.Length > 0:
                loss = loss.With(name, draw.OneIn(2) ? lengths[1..] : [.. lengths[1..], draw.Of(int.MaxValue, int.MinValue, -1, 1000)]);
                draw.What = loss.Text;
                draw.Refused(() => Run(loss));
                break;
            case int:
                loss = loss.With(name, draw.Of(int.MaxValue, int.MinValue, 77, -77));
                draw.What = loss.Text;
                draw.Accepted(() => Run(loss));
                break;
            default:
                loss = Weighted(loss);
                draw.What = loss.Text;
                draw.Accepted(() => Run(loss));
                break;
        }

        Plain Shaped(Shape shape) => new(draw.Numbers<float>(shape.Size, Domain.All), shape.ToArray());

        Case Weighted(Case loss) =>
            parameters
                .Where(p => p.ParameterType == typeof(Weights))
                .Aggregate(loss, (loss, p) => loss.With(p.Name!, new Weights([1, 2, 3, 4, 5, 6], [2, 3])));

        void Run(Case loss)
        {
            if (isSingle || loss.Tensors.Length == 0)
                CSharp.Reductions.Mean(loss.Values<float>()).ToScalar();
            else
                CSharp.Diff.Grad(
                    x => CSharp.Reductions.Mean(loss.Values(loss.Tensors[0], x)),
                    Case.Lift<double>(loss.Tensor(loss.Tensors[0]))
                );
        }
    }
}
