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
                "Kernels/CrossEntropyJob.cs"
                [
                    "the label's logit has the wrong sign", ": «max - logit»;", "logit - max"
                    "smoothing adds to the label's loss", "= «(1 - loss.LabelSmoothing)» *", "1"
                    "smoothing does not look at the class weights", "«weights * log» +", "log"
                ]
        yield!
            inFile
                "Kernels/CrossEntropyJob.Along.cs"
                [
                    "the largest logit is not taken out", "var difference = «logit - max»", "logit"
                    "a quarter of the logits is not looked at", "TLane.Max(third, «fourth»)", "third"
                    "smoothing has no share in the slope", "Share(«own + smoothing * _weightSum», others", "own"
                    "1 − p of the label is 1", ": «normaliser - exponentials[label]»;", "normaliser"
                    "the label's slope adds", "(p * _weightSum - weight) - «own * rest»", "-own * rest"
                    "the largest adds 2", "double total = «-1»", "0"
                    "the rounding of a difference is lost", "«e + TLane.Weigh(e, logit - (difference - part) - (max + part))»", "e"
                    "the errors of a sum are lost", "return total + «rest»;", "0"
                ]
        yield!
            inFile
                "Kernels/CrossEntropyJob.Across.cs"
                [
                    "short rows do not see a NaN", "TLane.Given(«max», sum +", "one"
                    "1 − p of the label is 1, across", ": «normaliser - e»;", "normaliser"
                    "ties add one too many", "(«ties - one»)", "ties"
                    "the errors of a sum are lost, across", "sum + («error» + (ties", "zero"
                    "smoothing takes the same from every class", "Weigh(Upstream(row + r), «loss.Weight(c)»)", "1"
                ]
        yield! inFile "Kernels/CTCPaths.cs" [ "no frames spell anything", "return «sample.Used == 1» ?", "true" ]
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
                    "a gradient of 0 does not remove", "if («weighing == Weighing.Second» &&", "false"
                    "no gradient of 0 removes", "if («weighing == Weighing.First» &&", "false"
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
                    "descending is ascending", "(«descending» ? -byValue : byValue)", "!descending"
                    "equal numbers change places", ": «i.CompareTo(j)»;", "j.CompareTo(i)"
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
                    "a weight of 0 does not remove", "if («weights[i] != 0»)", "true"
                    "a batch counts once", "_weights.Add((double)«loss.Unchecked.Count»)", "1"
                    "a merge forgets the weights", "            _values.Merge(values);\n            «_weights.Merge(weights);»", ""
                    "an addition waits for no other", "lock («_lock»)\n        {\n            for (var i", "new Lock()"
                    "the weights are the values",
                    "«weights.CopyTo(bytes, sizeof(int) + values.Length);»",
                    "values.CopyTo(bytes, sizeof(int) + values.Length);"
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
                    "what is not chosen has the slope", "isWanted[0] ? «Apply(gradient, nothing)» :", "Apply(nothing, gradient)"
                ]
        yield!
            inFile
                "Tensors/Operations/Shapes.cs"
                [
                    "a slice starts at 0", "(o * from + «start») * inner", "0"
                    "a place that was gathered twice has one slope", "«values[places[i]] += numbers[i];»", "values[places[i]] = numbers[i];"
                    "all that was joined has the first slopes", "«start += length;»", ""
                ]
        yield!
            inFile
                "Tensors/Operations/Sums.cs"
                [
                    "a float32 sum is rounded twice", "? «total.ToSingle()»", "(float)total.ToDouble()"
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
                    "there is a class past the last", "if («_indices[i] >= classes»)", "_indices[i] > classes"
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

let mutants: Mutant list = numbers @ kernels @ sums @ tensors
