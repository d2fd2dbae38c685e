/// Mistakes in the numbers, the kernels, the sums and the tensors: flipped, dropped, swapped, off by one, a wrong constant.
module Losses.Mutants.Numerics

let private inFile (file: string) = Mutant.ofFile $"src/Losses.Numerics/{file}"

let private numbers: Mutant list =
    [
        yield!
            inFile
                "Algebra/Dual.cs"
                [
                    "the product rule takes b twice", "T.Weigh(b._derivative, «a._value»)", "b._value"
                    "a constant factor leaves the slope", "_derivative = «T.Scale(factor, x._derivative)»", "x._derivative"
                    "the quotient rule adds",
                    "Over(«a._derivative - T.Weigh(b._derivative, quotient)»",
                    "a._derivative + T.Weigh(b._derivative, quotient)"
                    "of equal numbers the larger is the second",
                    "T.Given(max, «T.IfLess(a._value, b._value, b._derivative, a._derivative)»)",
                    "T.IfLess(b._value, a._value, a._derivative, b._derivative)"
                    "of equal numbers the smaller is the second",
                    "T.Given(min, «T.IfLess(b._value, a._value, b._derivative, a._derivative)»)",
                    "T.IfLess(a._value, b._value, a._derivative, b._derivative)"
                    "√ has no half", "root, T.Constant(«0.5») / root", "1"
                    "log1p's slope is log's", "Over(x._derivative, «T.Constant(1) + x._value»)", "x._value"
                    "expm1's slope is its value", "T.Weigh(x._derivative, «T.Exp(x._value)»)", "T.ExpM1(x._value)"
                    "tanh has the slope of log cosh", "T.Weigh(x._derivative, «T.SechSquared(x._value)»)", "T.Tanh(x._value)"
                    "log cosh has the slope of tanh", "T.Weigh(x._derivative, «T.Tanh(x._value)»)", "T.SechSquared(x._value)"
                    "atan's slope forgets the square", "one / (one + «x._value * x._value»)", "x._value"
                    "atan's slope overflows", "T.Constant(«1e9»), one / (one", "double.PositiveInfinity"
                    "erf's slope is e^−x²", "T.Scale(«1.1283791670955126», T.Gaussian", "1"
                    "e^−x² has half of its slope", "T.Scale(«-2», T.Weigh(value, x._value))", "-1"
                    "cosine rises where sine is above 0", "_derivative = «-T.Weigh(x._derivative, sin)»", "T.Weigh(x._derivative, sin)"
                    "log Γ has the slope of digamma", "T.Weigh(x._derivative, «T.Digamma(x._value)»)", "T.Polygamma(1, x._value)"
                    "digamma has its own slope", "T.Polygamma(«order + 1», x._value)", "order"
                    "1/cosh² has half of its slope", "T.Scale(«-2», value * T.Tanh", "-1"
                    "a power's slope has its exponent", "T.Power(x._value, «exponent - 1»)", "exponent"
                    "a root is vertical at 0", "if («exponent is > 0 and < 1»)", "false"
                    "softplus of −x has the slope of softplus", "-T.Weigh(x._derivative, «l._sigmoidOfMinus»)", "l._sigmoid"
                    "the sigmoid's curvature has the wrong sign",
                    "«-T.Weigh(x._derivative, bell * skew)»",
                    "T.Weigh(x._derivative, bell * skew)"
                    "the sigmoid's third derivative has no 2", "T.Weigh(x._derivative, «T.Scale(2, bell)»)", "bell"
                    "σ(−x) rises", "_derivative = «-bell»", "bell"
                    "what is clipped above has a slope",
                    "T.IfLess(T.Constant(bound), x._value, «T.Constant(0)», x._derivative)",
                    "x._derivative"
                    "what is clipped below has a slope", "T.IfLess(x._value, T.Constant(-bound), «T.Constant(0)», T.IfLess", "x._derivative"
                    "the larger of a NaN has a slope", "max, _derivative = T.Given(«max», T.IfLess", "a._value"
                    "the smaller of a NaN has a slope", "min, _derivative = T.Given(«min», T.IfLess", "a._value"
                    "√NaN has the slope 0", "T.Constant(0.5) / root, «root»)", "T.Constant(0)"
                    "a root of NaN has the slope 0",
                    "slope = «T.Given(x._value, T.IfLess(T.Constant(0), x._value, slope, T.Constant(0)))»",
                    "T.IfLess(T.Constant(0), x._value, slope, T.Constant(0))"
                    "NaN¹ has the slope 1", "slope = «T.Given(x._value, slope)»", "slope"
                    "a value given NaN has a slope", "_derivative = «T.Given(x._value, value._derivative)»", "value._derivative"
                    "|x| rises below 0", "T.IfLess(x, zero, «-y»,", "y"
                    "what is detached has a slope", "Detach(Dual<T> x) => «Fixed(x._value)»", "x"
                    "KL's slope by the target lacks its 1",
                    "T.Given(x._value, «T.Log(t._value) - x._value + T.Constant(1)»)",
                    "T.Log(t._value) - x._value"
                    "KL of a NaN has a slope", "T.Weigh(t._value, «T.Given(x._value, -x._derivative)»)", "-x._derivative"
                    "a factor eᵗ has no slope", "T.ExpTimes(t._value, «T.Weigh(t._derivative, x._value) + x._derivative»)", "x._derivative"
                ]
        yield!
            inFile
                "Algebra/TwoParts.cs"
                [
                    "a sum loses what it lost", "Compensated.Lost(a.High, b.High, sum) + «(a.Low + b.Low)»", "0"
                    "a product has one part", "return Normal(product, «lost» + Math", "0"
                    "an inverse has one part", "return inverse + «inverse * rest»;", "new TwoParts(0, 0)"
                    "a logarithm has one part", "(new TwoParts(y, 0) + «rest»)", "new TwoParts(0, 0)"
                ]
        yield! inFile "Algebra/Real.cs" [ "log1p forgets what 1 + x lost", "Math.Log(sum) + «lost / sum»", "0" ]
        yield!
            inFile
                "Lanes/LaneMath.cs"
                [
                    "short exp: a constant is off by 5·10⁻⁷", "S.Create(«0.500000000042729»)", "0.5000005"
                    "short exp lacks its last term", "S.Create(«2.470824606799767e-05»)", "0"
                    "exp lacks its last term", "S.Create(«2.5000072587246197e-08»)", "0"
                    "log 2 has one part", "S.FmaNegated(k, S.Create(«Ln2Low»), S.FmaNegated(k", "0"
                    "a bell is the product of the sigmoids", "«S.FmaNegated(small, small, small)»", "S.Multiply(sigmoid, sigmoidOfMinus)"
                    "e⁻⁹⁰⁰ times what is large is 0", "S.IfLess(t, «S.Create(least)», S.Create(0)", "S.Create(-900)"
                    "exp ends at 100", "S.AtMost(S.Create(«1000»)", "100"
                    "expm1 reduces small numbers, too", "S.Create(«5.6e-17»)", "0"
                    "log1p of −0 is +0", "S.IfEqual(x, S.Create(0), «x», LogOf", "LogOf(f, e, low)"
                    "log1p forgets what 1 + x lost", "«low = Lost(x, u, f, e);»", ""
                    "short log lacks its last term", "S.Create(«-0.02150524387637612»)", "0"
                    "log lacks its last term", "S.Create(«0.0080908028537806»)", "0"
                    "log adds a part of log 2 twice", "S.Fma(e, S.Create(«Ln2High»)", "Ln2"
                    "the sigmoids of x and −x are swapped",
                    "_sigmoid = «S.IfLess(x, zero, small, large)»",
                    "S.IfLess(x, zero, large, small)"
                    "softplus of −x is that of x", "S.Subtract(log1p, «S.Negative(x)»)", "S.Negate(S.Positive(x))"
                    "short log1p lacks its last term", "S.Create(«-0.0005192251523524663»)", "0"
                    "odd powers are positive", "return «isEven» ?", "true"
                    "a power forgets the tail of the logarithm", "ExpReduced(«S.Add(Reduced(y, k), tail)», k)", "Reduced(y, k)"
                    "the root of −0 is −0", " 0.5 => «S.Add(S.Sqrt(x), S.Create(0))»", "S.Sqrt(x)"
                    "x⁻¹ is x", "-1 => «S.Divide(one, x)»", "x"
                ]
        yield!
            inFile
                "Lanes/LaneMath.Hyperbolic.cs"
                [
                    "tanh of −0 is 0", "S.IfLess(size, S.Create(0.625), near, far), «S.And(x, S.Create(-0.0))»", "S.Create(0)"
                    "tanh cancels near 0", "S.IfLess(size, S.Create(«0.625»), near", "0"
                    "short tanh lacks its last term", "«0.0003026043290412302»", "0"
                    "tanh lacks its last term", "S.Create(«-1.6072591390779756e-05»)", "0"
                    "log cosh cancels near 0", "S.IfLess(size, S.Create(«0.75»), S.Fma(half", "0"
                    "short log cosh lacks its last term", "«1.406057215130228e-05»", "0"
                    "log cosh lacks its last term", "«1.7255056494097817e-07»", "0"
                    "1/cosh² loses what it lost",
                    "return S.Fma(«S.FmaNegated(quotient, lost, S.FmaNegated(quotient, square, above))»",
                    "S.Create(0)"
                    "log cosh takes log 2 in one part", "S.Create(«Ln2Rest»)", "0"
                ]
        yield!
            inFile
                "Lanes/LaneMath.Angles.cs"
                [
                    "atan of −0 is 0", "return S.Or(S.Abs(angle), «S.And(x, S.Create(-0.0))»)", "S.Create(0)"
                    "short atan lacks its last term", "S.Create(«-0.03792274688034499»)", "0"
                    "atan lacks its last term", "S.Create(«-0.017903542278587693»)", "0"
                    "short sine lacks its last term", "S.Create(«-2.4760470662508066e-08»)", "0"
                    "sine lacks its last term", "S.Create(«1.5896238680675327e-10»)", "0"
                    "short cosine lacks its last term", "«-2.720574621724923e-07»", "0"
                    "cosine lacks its last term", "S.Create(«-1.1358535666681898e-11»)", "0"
                    "an angle takes π/2 in one part", "r = S.FmaNegated(k, S.Create(«HalfPiRest»), r)", "0"
                    "an angle takes π/2 in two parts", "S.Create(«HalfPiLast»), S.Subtract(low, partLow)", "0"
                    "far angles are near", "S.IsAnyLess(«S.Create(FarAngle)», size)", "S.Create(double.PositiveInfinity)"
                    "a far angle has one part", "S.Add(«rest», S.Fma(high", "S.Create(0)"
                    "cosine has the sign of sine", "S.And(«S.AddBits(turns, S.FromBits(1))», S.FromBits(2))", "turns"
                    "atan takes π/2 in one part", "S.Fma(quarters, S.Create(«HalfPiRest»)", "0"
                ]
        yield!
            inFile
                "Lanes/LaneMath.Erf.cs"
                [
                    "erf of −0 is 0", "S.IfLess(size, one, near, far), «S.And(x, S.Create(-0.0))»", "S.Create(0)"
                    "erf cancels near 0", "S.IfLess(size, «one», near, far)", "S.Create(0)"
                    "short erf lacks its last term", "S.Create(«1.0562983526764967e-06»)", "0"
                    "erf lacks its last term", "«-7.779462971761597e-10»", "0"
                    "short erf lacks its last term far away", "S.Create(«-0.0004275033735396067»)", "0"
                    "erf lacks its last term far away", "«1.5273025411995202e-05»", "0"
                    "e^−x² forgets what x² lost",
                    "IsShort ? power : «S.FmaNegated(power, S.Fma(size, size, S.Negate(square)), power)»",
                    "power"
                ]
        yield!
            inFile
                "Lanes/LaneMath.Gamma.cs"
                [
                    "log Γ takes no step from 1 to 2", "S.IfLess(k, S.Create(1.5), «x», one)", "one"
                    "log Γ takes one step from 4 to 2", "«S.Multiply(two, S.Add(v, S.Create(3)))»", "two"
                    "digamma takes no step from 1 to 2", "S.IfLess(size, one, «S.Create(-1)», S.Create(0))", "S.Create(0)"
                    "digamma forgets what 1 + x lost", "step = «S.IfLess(size, one, S.Subtract(size, S.Subtract(y, one)), step)»", "step"
                    "trigamma's series has no ½", "series = S.Multiply(«S.Create(0.5)», inverse)", "one"
                    "trigamma's series ends after the first term", "factor *= «(double)k * (k + 1)»", "0"
                    "tetragamma has the sign of trigamma", "order % 2 == 0 ? «-1.0» : 1.0", "1.0"
                ]
        yield!
            inFile
                "Lanes/SimdParts.cs"
                [
                    "2ᵏ of an odd k", "«S.SubtractBits(whole, half)»", "half"
                    "the logarithm of a subnormal is off by one", "1023 + «54»", "53"
                ]
        yield!
            inFile
                "Lanes/Simd256.cs"
                [ "a weight of 0 does not remove", "«Vector256.AndNot(w * x, Vector256.Equals(w, Vector256<double>.Zero))»", "w * x" ]
    ]

let private kernels: Mutant list =
    [
        yield!
            inFile
                "Kernels/Job.cs"
                [
                    "a term between the first and the last is lost", "term > 0 && «term < _terms.Length - 1»", "false"
                    "the first term is not scaled", "term == 0 && «scale != 1»", "false"
                    "the rest of a block is left out", "if («whole < here»)", "false"
                    "the scale is left out", "count == 1 ? «scale * Widen(*upstream)»", "Widen(*upstream)"
                    "0 times an infinite slope", "if («_weight == 0 && operands.Upstream is null»)", "false"
                    "the sums of other threads are lost", "«total.Merge(sum);»", ""
                ]
        yield!
            inFile
                "Kernels/Loop.cs"
                [
                    "the scale of a gradient's elements is left out",
                    "TLane.Weigh(«weight * TLane.LoadNumbers(in *upstream, i)», loss",
                    "TLane.LoadNumbers(in *upstream, i)"
                    "the scale of a curvature's elements is left out",
                    "weight : «weight * TLane.LoadNumbers(in *upstream, i)»;",
                    "TLane.LoadNumbers(in *upstream, i)"
                    "a gradient beside a curvature is a curvature", "TLane.Weigh(w, «slope.Value»)", "slope.Derivative"
                ]
        yield!
            inFile
                "Kernels/Loop.Terms.cs"
                [
                    "a term's slope is not scaled", "TSlopes.Yes ? «TLane.Weigh(number, factor)» :", "number"
                    "a term's value is not scaled", ": «factor * number»;", "number"
                    "the last slope is not scaled",
                    "+ «TLane.Weigh(TLane.LoadNumbers(in *last, i), factor)»",
                    "TLane.LoadNumbers(in *last, i)"
                    "the scale of a sum's gradient is left out",
                    "TUniform.Yes ? weight : «weight * TLane.LoadNumbers(in *upstream, i)», slope",
                    "TLane.LoadNumbers(in *upstream, i)"
                ]
        yield!
            inFile
                "Kernels/SpanKernels.cs"
                [
                    "a mean divides by nothing", "Reduction.Mean => «count»", "1"
                    "boosting has no weights", "weights.IsEmpty ? one : «weights»", "one"
                    "a weighted mean counts", "return «reduction == Reduction.Mean» ?", "false"
                    "a batch of labels is the first axis of the logits", "Divisor(reduction, «labelShape»,", "shape"
                    "any number of elements is one", "Reduction.None when «values.Size == 1» =>", "true"
                ]
        yield!
            inFile
                "Algebra/Combined.cs"
                [
                    "a scale is left out", "«T.Constant(_scale) * _loss.Apply(prediction, target)»", "_loss.Apply(prediction, target)"
                    "a sum is a difference",
                    "«_first.Apply(prediction, target) + _second.Apply(prediction, target)»",
                    "_first.Apply(prediction, target) - _second.Apply(prediction, target)"
                    "a sum in brackets is scaled by the inner scale alone", "Combined.Visit(_loss, visitor, «scale * _scale»)", "_scale"
                    "the second term is unscaled", "Combined.Visit(_second, visitor, «scale»)", "1"
                ]
        yield!
            inFile
                "Kernels/CTCExactLattice.cs"
                [
                    "a product has one part",
                    "Normal(product, «TSimd.Subtract(TSimd.Fma(aHigh, bLow, TSimd.Multiply(aLow, bHigh)), lost)»",
                    "TSimd.Create(0)"
                    "a sum has one part", "Normal(sum, «TSimd.Add(lost, TSimd.Add(aLow, bLow))»", "TSimd.Create(0)"
                    "log 2 has one part", "«TSimd.FmaNegated(k, TSimd.Create(Ln2Rest), lost)»", "lost"
                    "an exponential lacks a term", "«series = TSimd.Fma(r, series, TSimd.Create(1 / 24.0));»", ""
                    "the rest of a mantissa keeps its exponent", "high, «TSimd.Negate(exponent)», zero", "zero"
                    "a share is not smaller than a float's least exponent", "TSimd.Create(«LeastShareShift»)", "CTCRecursion.LeastShift"
                ]
        yield!
            inFile
                "Kernels/RowLoss.cs"
                [
                    "what is ignored counts", "if («label < 0»)", "label < 0 && _classWeights.Length > 0"
                    "NLL leaves out the class weights", "CreateTruncating(0 - «weight» * double", "1"
                    "NLL has a slope at a NaN", "job.Gradients[place] = «S.IsNaN(loss)» ?", "false"
                    "NLL's gradient rises", "CreateTruncating(«-weight * g»)", "weight * g"
                    "rows side by side are one", "* inner + «row % inner»", "0"
                ]
        yield!
            inFile
                "Shapes/SoftmaxLabels.cs"
                [
                    "smoothing adds to the label's loss", "ownShare = TLane.Constant(«1 - rows.LabelSmoothing»)", "1"
                    "smoothing does not look at the class weights",
                    "«weights * TLane.Log1P(TLane.LoadNumbers(in *group.Others, i))» + TLane",
                    "TLane.Log1P(TLane.LoadNumbers(in *group.Others, i))"
                    "1 − p of the label is 1 in the loss",
                    "others, «TLane.Constant(1) + others - exponential»",
                    "TLane.Constant(1) + others"
                ]
        yield!
            inFile
                "Shapes/SoftmaxJob.Classes.cs"
                [
                    "1 − p of the largest cancels",
                    "TLane.IfEqual(exponential, TLane.Constant(1), «others», TLane",
                    "TLane.Constant(1) + others - exponential"
                    "the slopes lose what their total has lost", "total - own + «lost»", "TLane.Constant(0)"
                    "1 − p rises with log p", "new(of.Rest, «-of.Probability»)", "of.Probability"
                    "p has no slope", "«new(of.Probability, of.Probability)»", "Dual<TLane>.Fixed(of.Probability)"
                ]
        yield!
            inFile
                "Shapes/SoftmaxTargets.Rows.cs"
                [
                    "a slope by a target has no class weight",
                    "var slope = «TLane.Weigh(weight, ByTarget(of, target))»;",
                    "ByTarget(of, target)"
                    "a target that is no number is weighed away",
                    "Add(«TLane.Given(target, TLane.Weigh(weight, _loss.Of(of, target)))», ref",
                    "TLane.Weigh(weight, _loss.Of(of, target))"
                ]
        yield!
            inFile
                "Shapes/SoftmaxDivergence.cs"
                [
                    "a temperature is not looked at",
                    "loss.Temperature == 1 ? «(logit - max, Exponential(logit, max))» : Tempered",
                    "(logit - max, logit)"
                    "slopes are not divided by the temperature", "TLane.Constant(«loss.Scale / loss.Temperature»)", "loss.Scale"
                    "a row without a distribution has a loss", "CreateTruncating(«isNone» ? 0", "false"
                    "what fills a row counts", "(TLane.Weigh(isClass, own), TLane.Weigh(«isClass», slope))", "TLane.Constant(1)"
                    "the slope by the target is that by the prediction",
                    "TLane : struct, ILane<TLane, S> => «loss.Of(Fixed(p), Varied(q))»;",
                    "loss.Of(Varied(p), Fixed(q))"
                    "what the quotient has lost is lost", "return (quotient, e + «TLane.Weigh(e, lost / temperature)»)", "TLane.Constant(0)"
                ]
        yield!
            inFile
                "Shapes/SoftmaxJob.Exponentials.cs"
                [
                    "the largest logit is not taken out", "var difference = «logit - max»", "logit"
                    "a quarter of the logits is not looked at", "TLane.Max(third, «fourth»)", "third"
                    "the largest adds 2", "double total = «-1»", "0"
                    "the rounding of a difference is lost", "«e + TLane.Weigh(e, logit - (difference - part) - (max + part))»", "e"
                    "the errors of a sum are lost", "return total + «rest»;", "0"
                    "short rows do not see a NaN", "TLane.Given(«max», sum +", "one"
                    "ties add one too many", "(«ties - one»)", "ties"
                    "the errors of a sum are lost, side by side", "sum + («error» + (ties", "zero"
                ]
        yield!
            inFile
                "Shapes/SoftmaxLabels.Rows.cs"
                [
                    "the label's logit has the wrong sign", "logit == max ? 0 : «max - logit»;", "logit - max"
                    "smoothing has no share in the slope", "? «counted + smoothing * TLane.Constant(_weightSum)» :", "counted"
                    "1 − p of the label is 1", "others : «normaliser - exponentials[label]»;", "normaliser"
                    "the label's slope adds", "- «(1 - rows.LabelSmoothing)» * weight * (rest / normaliser)", "(rows.LabelSmoothing - 1)"
                    "smoothing takes the same from every class", "group.Upstream, i), «weight»)", "TLane.Constant(1)"
                    "the label's slope is another class's", "group.Label, i), «index»,", "index + TLane.Constant(1)"
                ]
        yield!
            inFile
                "Shapes/Transducer.cs"
                [
                    "a path ends before its last blank", "to[lattice.At(lattice.Frames, «lattice.Labels»)] = 0", "0"
                    "the label's own slope is that of all", "g * (blank * byLabel - label * «Rest(byLabel)»)", "byLabel"
                    "a label is said by nobody", "in *(to - 1), before) + TLane.LoadNumbers(in *(lattice.Label - «1»), before)", "2"
                    "the largest logit is no larger", "number == max ? 0 : number - «max»", "0"
                ]

        yield! inFile "Kernels/CTCPaths.cs" [ "no frames spell anything", "return «sample.Used == 1» ?", "true" ]
        yield! inFile "Kernels/CTCRecursion.cs" [ "a small loss has the slopes of its logarithms", "hasGradient = «true»;", "false" ]
        yield! inFile "Kernels/CTCSample.cs" [ "the gradient is not weighed", "-(«Upstream» * (byClass", "1" ]
        yield!
            inFile
                "Kernels/CTCLogLattice.cs"
                [
                    "a path cannot go on to the next state", "(«before + s - 1»)", "before + s"
                    "a path may skip any state", "(before + s - 2) + «Load<TLane>(entry + s)»", "TLane.Constant(0)"
                    "backwards a path skips into the wrong state",
                    "(ahead + s + 2) + «Load<TLane>(entry + s + 2)»",
                    "Load<TLane>(entry + s)"
                    "a path cannot end in a label", "used > 1 ? «before[used - 2]»", "double.NegativeInfinity"
                ]
        yield!
            inFile
                "Kernels/CTCLattice.cs"
                [
                    "a path cannot go on to the next state", "Aligned(Load(states + «by»), next", "0"
                    "a path may skip any state", "row + 2 * by), «entry»)", "TSimd.Create(0)"
                    "a path cannot end in a label", "used > 1 ? «Shifted(now, row, used - 2, exponent)»", "0"
                ]
        yield!
            inFile
                "Kernels/RowKernels.cs"
                [
                    "one class that is NaN is sure", "var others = «double.IsNaN(max)» ?", "false"
                    "a NaN is nowhere the largest", "row[i] =\n                        «double.IsNaN(max)» ?", "false"
                    "a row that nothing comes back to has a slope", "row.Fill(«row.ContainsAnyExcept(0.0)» ?", "true"
                    "the rounding of a difference is lost", "exponentials[i] += «exponentials[i] * lost[i]»", "0"
                    "the errors of a sum are lost", "b.Sum + («a.Error + b.Error»)", "0"
                    "the rounding of a difference overflows", "lost[i] = «difference > -1000» ?", "double.IsFinite(difference)"
                    "a row all −∞ has a distribution", "max == double.NegativeInfinity ? «-1»", "largest"
                    "log Σ exp is the largest", ": «max + e.LogNormaliser»;", "max"
                    "1 − p of a small class is 1", "(«normaliser - exponentials[i]») /", "normaliser"
                    "each of the largest has the whole slope", "== max ? «1.0 / count»", "1"
                    "what comes after is forgotten", "(before[i] + sum, «sum + row[i]»)", "sum"
                    "a sum always runs forwards", "«backwards» ? row.Length - 1 - k", "false"
                    "a place that was gathered has half its slope", "+ label) * inner + n] += «source.Start[i]»", "0.5 * source.Start[i]"
                ]
        yield!
            inFile
                "Kernels/Sorting.cs"
                [
                    "descending is ascending", "return «descending» ? ~key : key;", "!descending"
                    "equal numbers of registers share a place",
                    "_order[int.CreateTruncating(before[i]) + «EqualsOf(start, start + i)»]",
                    "0"
                    "what is left over is before its equals", "Keys[j] < Keys[i] || «(j < whole && Keys[j] == Keys[i])»", "false"
                ]
        yield!
            inFile
                "Kernels/Product.cs"
                [
                    "a 0 of the second matrix does not remove", "isCareful = «weighing == Weighing.Second» &&", "false"
                    "a 0 of the first matrix does not remove", "(«weighing != Weighing.First» ||", "true"
                    "either matrix may have weights", "TLane.IfEqual(«isFirst» ? x : y", "!isFirst"
                    "the last row of a tile is its neighbour", "x = TLane.Constant(a[«11»]);", "10"
                    "the second half of a smaller tile is the first", "(x, «right», r5);\n            a += 6;", "left"
                    "two columns of a strip change places", "Avx.Permute2x128(«odd», otherOdd, 0x31)", "even"
                    "the terms of a later block are the first ones", "from = b.From(«part.Term» * b.ByRow", "0"
                    "the columns of a thread are the first ones", "b.From(«first» * b.ByColumn)", "0"
                ]
        yield!
            inFile
                "Kernels/LinearRows.cs"
                [
                    "every block has the first labels", "labels.Indices.Slice(«first», height)", "0"
                    "every block has the first slopes from above", "upstream.Slice(«first», height)", "0"
                    "one bias for all is left out", "TensorPrimitives.Add(row, «bias[0]», row)", "0"
                ]
        yield!
            inFile
                "Tensors/Operations/Linear.cs"
                [
                    "what comes from above is 1", "? (made!, «upstream[0]») :", "1"
                    "what comes from above is always one number", "= «isUniform» && isMade", "true"
                ]
        yield!
            inFile
                "Kernels/Watch.cs"
                [
                    "nothing is looked at", "if (domain.IsAll || «IsWithin(domain, x, count)»)", "true"
                    "what does not count is looked at", "Contains(Widen(x[i])) && («weights is null || weights[i] != 0»)", "true"
                    "the end of a block is not looked at", "«x[i] < least || x[i] > largest || T.Abs(x[i]) < leastMagnitude»", "false"
                    "the end is never the least", "if («numbers[i] < least»)", "false"
                    "the least is of the ends alone", "least = «Math.Min(least, lanes[k])»", "least"
                ]
        yield!
            inFile
                "Kernels/VectorRows.cs"
                [
                    "a cosine is longer than 1", "rows.Values[row] = «Math.Clamp(dot * r * s, -1, 1)»", "dot * r * s"
                    "a triplet without a value has a slope", "«near = second = lacking;»", ""
                    "parallel vectors have slopes of rounding", "s * eps < 1 && «AreParallel(a, b, width)»", "false"
                    "ε does not bound a norm", "1 / «Math.Max(norm, eps)»", "norm"
                    "a cosine's slope lacks a norm", "g * dot * r * r * «r» * s", "1"
                    "a distance has one slope for both", "input == 0 ? share : «-share»", "share"
                    "of equal distances the positive's counts", "isSwapped = «cross < far»", "cross <= far"
                    "a triplet has a slope at its kink", "isNear = «lacking <= 0»", "lacking < 0"
                ]
    ]

let private sums: Mutant list =
    [
        yield!
            inFile
                "Sums/ExactSum.cs"
                [
                    "what does not fit two numbers is lost", "if («Compensated.Lost(tail, rest, low) == 0»)", "true"
                    "a product is rounded", "«Add(Math.FusedMultiplyAdd(a, b, -product));»", ""
                    "a small product has one factor's sign", "negative = «(a < 0) != (b < 0)»", "a < 0"
                    "a merge loses the tail", "«Add(otherTail);»", ""
                    "a merge forgets how many carries wait", "«pending += other.pending;»", ""
                    "what is reset keeps its limbs", "«limbs?.AsSpan().Clear();»", ""
                    "float32 is rounded by way of float64", "Float.ToSingle(sum, «Compensated.Lost(head, tail, sum)»)", "0"
                    "a quotient's remainder is forgotten", "shift, «!remainder.IsZero»,", "false"
                    "a negative sum is read as positive", "kind == Kind.Negative ? «-(long)digit»", "(long)digit"
                    "any version of a sum is read", "if («bytes[start] != Version»)", "false"
                    "what stands behind a sum is ignored", "if («end != bytes.Length»)", "false"
                    "the last infinity wins", "value : «special + value»", "value"
                    "the low bits of a block are lost", "«Add(low * unit);»", ""
                ]
        yield!
            inFile
                "Sums/Fixed.cs"
                [
                    "a carry loses its sign", "carry = «limb >> 32»", "limb >>> 32"
                    "the third digit is left out", "«three[2] += ((long)high ^ sign) - sign;»", ""
                    "a sum may outgrow its digits", "if («limbs[^1] is not (0 or -1)»)", "false"
                ]
        yield!
            inFile
                "Sums/Magnitude.cs"
                [
                    "ties go away from 0", "«(kept & 1) != 0»", "true"
                    "what is above a tie is one", "cut == half && («inexact» ||", "false"
                    "a difference forgets what was cut off", "(inexact ? «1u»", "0u"
                    "the bits beyond 128 are forgotten", "var inexact = «(next << spare) != 0» ||", "false"
                    "the digits beyond 160 bits are forgotten", "|| «number.First < last - 4»", "false"
                    "rounding to odd goes away from 0", "«(low > 0) == (high > 0)» ?", "true"
                    "a negative divisor's remainder has the wrong sign", "b > 0 ? remainder : «-remainder»", "remainder"
                    "a division forgets its remainder", "inexact || «remainder != 0»", "false"
                ]
        yield!
            inFile
                "Sums/Block.cs"
                [
                    "an anchor may leave its binade", "«(moved & Vector512.Create(-1L << LastPlace)) == Vector512<long>.Zero» &&", "true"
                    "what is left over is lost", "Vector512<long>.Zero && «IsZero(lost)»;", "true"
                    "a float32 anchor may leave its binade",
                    "if ((«moved & Vector512.Create(-1 << SingleLastPlace)» |",
                    "Vector512<int>.Zero"
                    "what is left over in float32 is lost", "| «lost & Vector512.Create(int.MaxValue)») !=", "Vector512<int>.Zero"
                    "of blocks in float32 the last counts", "«middle += Count(c, d, second);»", "middle = Count(c, d, second);"
                ]
        yield!
            inFile
                "Sums/LossAccumulator.cs"
                [
                    "a sum that is waited for never comes", "«_values.Merge(_waiting.Sum);»", ""
                    "a weight of 0 does not remove", "if («weights[i] != 0»)", "true"
                    "a batch counts once", "_weights.Add((double)«loss.Unchecked.Count»)", "1"
                    "a merge forgets the weights", "            _values.Merge(values);\n            «_weights.Merge(weights);»", ""
                    "an addition waits for no other", "lock («_lock»)\n        {\n            for (var i", "new Lock()"
                    "the weights are the values", "return end + «_weights».Write(bytes[end..]);", "_values"
                    "any version is read", "if («bytes[0] != Version»)", "false"
                    "what stands behind the sums is ignored", "if («end != bytes.Length»)", "false"
                    "over spans a batch counts once", "_weights.Add((double)«prediction.Length»)", "1"
                    "equality does not look at the weights",
                    "&& «Copied().Equals(other.Copied())»",
                    "Copied().Values.Equals(other.Copied().Values)"
                ]
    ]

let private tensors: Mutant list =
    [
        yield!
            inFile
                "Kernels/Threads.cs"
                [
                    "an interrupted call ends before its workers", "«Insist(_done.Wait, isCaller: true);»", "_done.Wait();"
                    "after a failure all goes on", "if («Volatile.Read(ref _failure) is null»)", "true"
                    "what is called off goes on", "«tokens?.Check();»", ""
                ]
        yield!
            inFile
                "Kernels/Cancellable.cs"
                [
                    "in a loop nobody looks at the token", "«Check();\n            _taken = 0;»", "_taken = 0;"
                    "the token of the call around it is forgotten", "«outer?.Check();»", ""
                ]
        yield! inFile "Tensors/Weights.cs" [ "no weights have a shape", "shape.Size == Shape.Size && «!IsNone»", "true" ]
        yield! inFile "Tensors/Storage.cs" [ "each loss of a chain asks for the one before it", "«deferred.Prepare();»", "" ]
        yield!
            inFile
                "Tensors/Operations/Pointwise.cs"
                [
                    "a gradient is the same for all elements", "isStored && «g.IsUniform»)", "true"
                    "what comes from above makes the slopes others",
                    "«isStored && typeof(T) == typeof(float)»)\n            Gradients(",
                    "false"
                    "the slopes inside another differentiation are others", "role == Role.Loss ? «Role.Slope» : Role.Step;", "Role.Step"
                    "a third derivative is by another input", "i == «input» ? Dual", "0"
                    "a value is computed by itself", "Total? Wanted => «_total is { IsKnown: false } total ? total : null»;", "null"
                    "where a gradient is to come nobody looks at the target", "&& «IsWithin(function.Target, b)»", "true"
                    "every sample's sum is the first one's", "x.Rounded.Slice(«start», count)", "0"
                    "what is not chosen has the slope", "isWanted[0] ? «Apply(gradient, nothing)» :", "Apply(nothing, gradient)"
                ]
        yield!
            inFile
                "Tensors/Operations/Shapes.cs"
                [
                    "a slice starts at 0", "(o * from + «start») * inner", "0"
                    "all that was joined has the first slopes", "«start += length;»", ""
                ]
        yield!
            inFile
                "Tensors/Operations/Sums.cs"
                [
                    "a float32 sum is rounded twice", "? «total.Sum.ToSingle()»", "(float)total.Sum.ToDouble()"
                    "a mean's slope by its weights rises", "«-(share * mean)»", "share * mean"
                    "a cumulative sum's slope runs the same way", "(axis, «!backwards»)", "backwards"
                ]
        yield!
            inFile
                "Tensors/Operations/Rows.cs"
                [
                    "log-softmax: an element is one of the others", "Weigh(«others», DiffTensor<T>.Softmax", "gradient"
                    "softmax: an element is one of the others",
                    "DiffTensor<T>.Weigh(rest, gradient) - «others»",
                    "DiffTensor<T>.Weigh(p, gradient)"
                    "1 − softmax rises", "return «complement» ? -pulled", "false"
                ]
        yield!
            inFile
                "Kernels/Differences.cs"
                [
                    "the curvature of a distance is that of its square", "AddSlopes(p, «-share * change», norm, a", "0"
                    "a power's curvature is its slope's", "share, norm, «p - 2», a, b", "p - 1"
                ]
        yield!
            inFile
                "Shapes/SoftmaxSums.cs"
                [
                    "a place beyond the last has a share in the sums", "if (i % Width < «here»)", "Width"
                    "the background counts", "sums += Terms * «first»", "0"
                    "every sample is of the first one's region", "(false, true) => «sample»,", "0"
                    "the second sum has the first one's share of a softmax", "TLane.Constant(«share[1]»)", "share[0]"
                    "the slope by the target is that by the probability",
                    "TBy.Index == 1 ? «Dual<TLane>.Variable(target)»",
                    "Dual<TLane>.Fixed(target)"
                    "a long region ends with its first part", "Math.Min(_at.Inner, «start + PartLength»)", "PartLength"
                ]
        yield!
            inFile
                "Shapes/SumsJob.cs"
                [
                    "the first sum has the second's share", "Seed(at.A, «k == 0»)", "k == 1"
                    "the slope by the prediction is that by the target", "«TBy.Index == 0» ? Dual<TLane>.Variable(x)", "TBy.Index == 1"
                    "what is left of a run counts to the end of a lane", "new Span<float>(padded + 2 * Ways, «count»).Fill(1)", "Ways"
                    "no sum of runs gets back what it lost", "sum + («double.IsFinite(sum) ? error : 0»)", "0"
                    "no slope is weighed", "TLane.Store(«TWeighed.Yes ? TLane.Weigh(TLane.Load(in *ws, i), slope) : slope»,", "slope"
                    "the third term has no slope", "slope += TLane.Weigh(c, «terms.C.Derivative»)", "TLane.Constant(0)"
                    "every group has the first one's share", "? (double*)share + (nint)«group» * Terms", "0"
                    "a part of a column counts its first row only",
                    "for (var run = first; run < «Cut.End(layout.Runs, first, RowsOfPart)»; run++)",
                    "first + 1"
                ]
        yield! inFile "Shapes/SumsLayout.cs" [ "axes that are not summed lie between", "_axes[^1].IsSummed == «summed[i]»", "true" ]
        yield!
            inFile
                "Shapes/PairsJob.cs"
                [
                    "equal targets are a pair", "(i > 0 && «memory.T[i - 1] < memory.T[i]»)", "true"
                    "a second's slope is a first's", "AddTo(memory, j, «zero - slope»)", "slope"
                    "what follows the last second counts", "term = «TLane.IfLess(place, count, term, zero)»;", "term"
                    "a slope by the target is one by the prediction", "«TBy.Index == 1» ? Dual<TLane>.Variable(t)", "TBy.Index == 0"
                    "a label is compared with labels", "foreach (var label in «own»)\n            isOwn[label] = 1", "[]"
                    "labels end at class 0", "own.IndexOfAnyInRange(int.MinValue, «-1»)", "0"
                    "parts forget the seconds' slopes", "ref Lost[i], «part.Slopes[i]»)", "0"
                ]
        yield!
            inFile
                "Kernels/EnsembleRows.cs"
                [
                    "a fair ensemble has a plain one's slopes", "own = isFair ? «0» : 1;", "1"
                    "a fair ensemble has a plain one's gaps", "isFair ? (double)k * «(k - 1)» /", "k"
                    "a target beyond the last member costs nothing", "ref lost, «Math.Max(y - low, 0)»);", "0"
                ]
        yield! inFile "Shapes/NormaliserRows.cs" [ "a normaliser is without its largest", "2 * u * normaliser / «(1 + others)»", "others" ]
        yield!
            inFile
                "Kernels/PairDistances.cs"
                [
                    "the other vectors do not change",
                    "along.Second + «(nint)set * theirs * layout.Width»",
                    "(nint)set * mine * layout.Width"
                ]
        yield!
            inFile
                "Tensors/Tape.cs"
                [
                    "a number that is used twice has one slope", "? «others + part» :", "part"
                    "two gradients go to one place", "if («uses[variable] > 1»)", "uses[variable] > 2"
                    "of two gradients one counts twice", "second = «_second?.Storage ?? first»;", "first"
                    "what no gradient comes to is left as it was", "«places[i].Span.Clear();»", "{ }"
                    "the tape is in no order", "«b.Order.CompareTo(a.Order)»", "0"
                    "what is detached does not vary for those around", "«input.Beneath ?? input»", "input"
                    "an input may be of a derivative that is over", "inputs = «DiffTensor<T>.AllLive(inputs)»;", "inputs"
                ]
        yield! inFile "Tensors/DiffTensor.cs" [ "a derivative is never over", "differentiation.IsOver = «true»;", "false" ]
        yield!
            inFile
                "Tensors/DiffTensor.Algebra.cs"
                [ "what is detached is so from all derivatives", "new(«Detach(x.Primal!)», Node<T>.Detached", "x.Base" ]
        yield!
            inFile
                "Tensors/Storage.cs"
                [
                    "one number for all is not rounded",
                    "IsUniform ? «new(Count, RoundedArray, null, null, true)»",
                    "Uniform(double.CreateChecked(Rounded[0]), Count)"
                ]
        yield! inFile "Tensors/Functions.cs" [ "a product's slope needs no factor", "=> «slope != argument»;", "false" ]
        yield!
            inFile
                "Tensors/Shape.cs"
                [
                    "any lengths broadcast", "p != 1 && «q != 1»", "false"
                    "there is an axis past the last", "|| «axis >= rank»", "axis > rank"
                ]
        yield!
            inFile
                "Tensors/Labels.cs"
                [
                    "a negative label is a class", "«(uint)indices[i] >= (uint)classes»", "indices[i] >= classes"
                    "there is a class past the last", "IndexOfAnyExceptInRange(int.MinValue, «classes - 1»)", "classes"
                    "a long label is cut off", "«indices[i] is >= int.MinValue and <= int.MaxValue»", "true"
                ]
        yield! inFile "Tensors/Weights.cs" [ "a weight may be infinite", "values[i] >= S.Zero && «S.IsFinite(values[i])»", "true" ]
        yield!
            inFile
                "Tensors/LossValues.cs"
                [
                    "a mean of sequences forgets their lengths", "HasLengths ? «Unchecked / _lengths!»", "Unchecked"
                    "other values forget the lengths of sequences",
                    "With(T values) => new(values, IsWeighted, _weights, «HasLengths»",
                    "false"
                    "weights forget the lengths of sequences", "true, weights, «HasLengths»", "false"
                    "values are not rounded", "Unchecked = «T.Round(values)»", "values"
                    "losses of sequences add up", "|| «b.HasLengths»)", "false"
                ]
    ]

let private adapter: Mutant list =
    Mutant.ofFile
        "src/Losses.TorchSharp/Tensors/TorchTensor.Detached.cs"
        [
            "what is detached is so from all derivatives",
            "? «new(first.Mapped(static t => t.detach()), x.Seen)»",
            "first.Mapped(static t => t.detach())"
        ]

let mutants: Mutant list = numbers @ kernels @ sums @ tensors @ adapter
