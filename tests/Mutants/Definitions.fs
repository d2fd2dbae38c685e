/// Mistakes in the definitions: flipped, dropped, swapped, off by one, a wrong constant.
module Losses.Mutants.Definitions

let private inFile (file: string) = Mutant.ofFile $"src/Losses.FSharp/{file}"

let mutants: Mutant list =
    [
        yield!
            inFile
                "Pointwise.fs"
                [
                    "the target is its own prediction", "Of(loss, «prediction», predictionName, target, targetName)", "target"
                    "the target stands for the third tensor", "targetName, «third», thirdName", "target"
                    "any shape of the third tensor will do", "Check.sameShape thirdName «third.Shape»", "prediction.Shape"
                ]
        yield!
            inFile
                "Regression.fs"
                [
                    "L1 keeps the sign", "Apply(x, t) = «abs (x - t)»", "x - t"
                    "MSE adds instead of multiplying", "            «d * d»\n\n", "d + d"
                    "smooth L1 of β 0 divides by it", "elif «loss.beta > 0.0»", "loss.beta >= 0.0"
                    "smooth L1 has twice the curvature", "detach (loss.curvature .* c) * (d - detach («0.5» .* c))", "1.0"
                    "smooth L1 of zeros keeps the sign", "let d = «num 0.0 - (t - x)»\n\n", "x - t"
                    "smooth L1 of the smallest β has an infinite curvature", "if «Double.IsNormal curvature» then", "true"
                    "smooth L1 of the smallest β keeps the sign", "num «0.0» - detach (c / num", "-0.0"
                    "Huber has no half", "            c * (d - «0.5» .* c)", "1.0"
                    "Huber clips to 2δ", "clip «loss.delta» d", "(2.0 *. loss.delta)"
                    "Huber of zeros keeps the sign", "let d = «num 0.0 - (t - x)»\n            // The largest", "x - t"
                    "pinball has one side", "abs d * ifLess d (num 0.0) «(num loss.tau)» (num loss.rest)", "(num loss.rest)"
                    "percentage of the prediction", "max (abs «t») (num loss.epsilon)", "x"
                    "smooth L1 clips to 2β", "let c = clip «loss.beta» d\n                detach (loss.curvature", "(2.0 *. loss.beta)"
                ]
        yield!
            inFile
                "Robust.fs"
                [
                    "pseudo-Huber adds no δ", "(d / (num loss.Delta + «root»))", "num 0.0 * root"
                    "a general robust loss has no half of α", "else «0.5 *. alpha»", "alpha"
                    "Tukey's loss goes on beyond c", "let size = «min (abs (x - t)) c»", "abs (x - t)"
                    "berHu has no half", "d + excess * («0.5» .* (excess / num loss.C))", "1.0"
                ]
        yield!
            inFile
                "Retrieval.fs"
                [
                    "a pair the wrong way round", "Apply(x, t) = softplus («t - x»)", "x - t"
                    "a rank counts once too often", "seq { k .. -1 .. «1» }", "2"
                    "Euler's series has another sign", "0.5 / n - «q / 12.0»", "-q / 12.0"
                    "a positive is not corrected",
                    "Notation.(-) positive «(logCounts (nameof positiveCounts) positiveCounts (nameof positive) positive)»\n        let others",
                    "(Notation.num 0.0)"
                    "a near negative weighs less", "Notation.(.*) «-temperature» negative", "temperature"
                    "a head is turned back", "let turned = «Notation.(-)»", "Notation.(+)"
                ]
        yield!
            inFile
                "Values.fs"
                [
                    "the last of several is chosen", "(Notation.num «1.5»)", "-1.5"
                    "what has ended goes on", "let going = «Notation.(-) (Notation.num 1.0) ended»", "Notation.num 1.0"
                    "a place is an atom too far", "float (atoms - «1»)", "0"
                ]
        yield!
            inFile
                "Hinges.fs"
                [
                    "hinge of the wrong sign", "hinge («num loss.Margin - t * x»)\n\n", "num loss.Margin + t * x"
                    "smoothed hinge has no half", "(detach («0.5» .* c) - lacking)", "1.0"
                ]
        yield!
            inFile
                "Ensembles.fs"
                [
                    "a plain ensemble is fair", "let share k = if «fair» then", "true"
                    "an ensemble counts the gaps from the other end", "share («m - float (i + 1)»)", "float (i + 1)"
                    "what is outside of an ensemble does not count", "Notation.(+) «outside» ('T.Sum", "(Notation.num 0.0)"
                    "a fair energy score is plain", "if fair then «m - 1.0» else m))))", "m"
                    "a variogram's pairs count once", "if weights.IsNone then «2.0» else given", "1.0"
                    "half a degree of freedom too few", "Notation.(+) half (Notation.num «0.5»)", "0.0"
                ]
        yield!
            inFile
                "Tokens.fs"
                [
                    "a label is weighed by another probability", "Notation.weigh (Notation.detach («Notation.exp own»))", "Notation.num 1.0"
                    "the largest is missed",
                    "Notation.ifLess «own» ('T.Largest(logits, axis))",
                    "('T.Largest(logits, axis) |> Notation.(+) own)"
                    "no cap", "(if «Double.IsInfinity cap» then logits", "true"
                ]
        yield!
            inFile
                "Advantages.fs"
                [
                    "what follows is not discounted", "whole (sums 1 («discount * lambda») surprises)", "lambda"
                    "a variance over all", "(Notation.(-) count (Notation.num «1.0»))", "0.0"
                    "the better of two values", "let worse = «Notation.max»", "Notation.min"
                ]
        yield!
            inFile
                "Latents.fs"
                [
                    "the farthest code", "let farness = «Notation.(-)» (Notation.num 0.0) distances", "Notation.(+)"
                    "codes do not commit", "let value = if «learned» then", "false"
                    "one side is both", "let excess = if «oneSided» then", "false"
                ]
        yield!
            inFile
                "Special.fs"
                [
                    "a gamma's density takes x for its logarithm", "exp (a * «log x» - x - logGamma a)", "x"
                    "below is above", "density * «ifLess x a below above»", "ifLess x a above below"
                    "Student's tail falls half as fast", "exp («-0.5» .* (df * log1p square)) * tail", "-0.25"
                    "Student's near mass is one side's", "            «2.0» .* (peak * w", "1.0"
                ]
        yield!
            inFile
                "Paths.fs"
                [
                    "tags follow each other the other way round",
                    "if t + 1 < lengths[n] then «tag n t * classes + tag n (t + 1)» else -1",
                    "tag n (t + 1) * classes + tag n t"
                    "the end counts twice", "(edge «ends» (fun n -> lengths[n] - 1))", "starts"
                    "a sample goes on", "(fun n _ -> if t < lengths[n] then 1.0 else «0.0»)", "1.0"
                    "no diagonal step", "[| last; below last; «below before» |]", "last"
                    "whole self-distances", "(Notation.(.*) «0.5» own)", "1.0"
                ]
        yield!
            inFile
                "Distributions.fs"
                [
                    "a gamma's score below 0 has the wrong sign", "(one - 2.0 .* tail)) (num «-1.0»)", "1.0"
                    "Student's score has no spread", "* half * («fall - spread»)", "fall"
                    "a truncated score has its balance the wrong way round",
                    "ifLess below above «(num 1.0 - 2.0 .* above)»",
                    "(2.0 .* above - num 1.0)"
                    "an angle's likelihood has no 2", "let value = «2.0» .* (concentration", "1.0"
                ]
        yield!
            inFile
                "Likelihoods.fs"
                [
                    "Laplace has no 2", "abs (x - t) / b + log («2.0» .* b)", "1.0"
                    "log-normal has no Jacobian", "let inside = «logarithm» + log s", "num 0.0"
                    "Tweedie's sign", "risen / num rising - «weigh t (fallen / num falling)»", "weigh (num 0.0 - t) (fallen / num falling)"
                ]
        yield!
            inFile
                "Likelihoods.fs"
                [
                    "a deviance of its mean's power", "power («Operators.(~-) loss.P») x", "loss.P"
                    "a deviance counts its slope twice", "weigh (x - detach x) (detach «byPrediction»)", "(2.0 .* byPrediction)"
                ]
        yield!
            inFile
                "Scores.fs"
                [
                    "CRPS of a wider normal", "d * erf («0.7071067811865476» .* z) + s", "0.5"
                    "CRPS of a narrower interval", "/ («3.0» .* ifLess (num 0.0) width", "2.0"
                    "what is below a threshold counts twice",
                    "whole - «PlacesAndScales.normalTail (num at.lower - x) s»",
                    "PlacesAndScales.normalTail (num at.lower - x) s * num 2.0"
                    "a tail of a wider normal", "«0.25» .* (twice * twice)", "0.5"
                    "the interval score forgets α", "num («2.0 ./. loss.Alpha») * outside", "2.0"
                ]
        yield!
            inFile
                "Classes.fs"
                [
                    "Poly-1 forgets ε", "num «loss.Epsilon» * prediction.Rest", "1.0"
                    "reverse cross-entropy is dropped", "num «loss.Reverse» * prediction.Rest", "0.0"
                ]
        yield!
            inFile
                "Probabilities.fs"
                [
                    "Hellinger divides by a difference", "(x - t) / («sqrt x + sqrt t»)", "sqrt x - sqrt t"
                    "Neyman divides by the prediction", "elif kind = ChiSquaredKind.Neyman then «t»", "x"
                ]
        yield! inFile "Sparse.fs" [ "sparsemax sums to 2", "sumAlong axis (weigh inside sorted) - num «1.0») / sumAlong", "2.0" ]
        yield! inFile "Evidential.fs" [ "evidence is not 1 more", "loss (evidence + num «1.0») own", "2.0" ]
        yield!
            inFile
                "Ordinal.fs"
                [
                    "CORAL has the class itself above",
                    "if «indices[i / thresholds] > i % thresholds» then",
                    "indices[i / thresholds] >= i % thresholds"
                ]
        yield!
            inFile
                "Binary.fs"
                [
                    "BCE takes any number for a probability", "member _.Prediction = «Domain.Probability»", "Domain.All"
                    "a positive answer weighs less than nothing", "member _.Third = «Domain.NotNegative»", "Domain.All"
                    "soft margin takes any target", "member _.Target = «Domain.PlusOrMinusOne»", "Domain.All"
                    "BCE clamps at −50", "let floor = num «-100.0»", "-50.0"
                    "BCE weighs no with 1 + t", "weigh («num 1.0 - t») (num 0.0 - max (log1p", "num 1.0 + t"
                    "BCE's slope has the wrong sign", "let slope = («p - t») / max", "t - p"
                    "BCE's slope has a larger floor", "(num (float «1e-12f»))", "1e-10f"
                    "BCE with logits: softplus(x) for yes", "weigh q «l.SoftplusOfMinus» + weigh", "l.Softplus"
                    "BCE with logits: the slope by the target has the wrong sign", "+ weigh («q - t») x", "t - q"
                    "pos_weight is left out", "weigh («w * t») l.SoftplusOfMinus", "t"
                    "soft margin ignores its target", "logistic («t * x»)", "x"
                ]
        yield!
            inFile
                "Divergence.fs"
                [
                    "KL takes its operands for each other", "'T.Divergence(«t, x»)", "x, t"
                    "KL of logarithms of a NaN has a slope", "given «x» (num 0.0 - (x", "t"
                    "KL of logarithms weighs with the prediction", "'T.ExpTimes(«t», given", "x"
                    "KL of logarithms that are zeros keeps the sign", "given x («num 0.0 - (x - t)»)", "t - x"
                    "logTarget means the opposite", "if «logTarget» then", "not logTarget"
                    "the reverse divergence is the other",
                    "«softmaxRowsWithLogits (ReverseKLDivOfLogits()) options targetLogits logits»",
                    "softmaxRowsWithLogits (KLDivOfLogits()) options targetLogits logits"
                    "β of 0 is the reverse divergence", "if beta = «0.0» then klDivOfLogits", "1.0"
                ]
        yield!
            inFile
                "Classification.fs"
                [
                    "smoothing has the wrong sign", "(Notation.num (float «-classes»))", "classes"
                    "smoothing adds to the label's loss", "(Notation.num («1.0 - smoothing»)) own", "1.0"
                    "smoothing adds to the probabilities", "kept = «1.0 - smoothing»;", "1.0"
                    "smoothing gives every class ε", "spread = «smoothing / float classes»", "smoothing"
                ]
        yield!
            inFile
                "SoftmaxRows.fs"
                [
                    "the label to ignore is −1 by default", "IgnoreIndex = «-100»;", "-1"
                    "what is ignored counts in the mean", "if label < 0 then «0.0»", "1.0"
                    "the definition leaves out the class weights",
                    "«Notation.weigh weights (Notation.given own (SoftmaxDefinition.Terms(loss, own, 'T.Constant 1.0)))»",
                    "Notation.given own (SoftmaxDefinition.Terms(loss, own, 'T.Constant 1.0))"
                    "targets without class weights", "Notation.weigh («byClass axis classWeights logits») terms", "Notation.num 1.0"
                    "class weights do not count in the mean", "= «not weights.IsNone» ||", "false"
                ]
        yield!
            inFile
                "Contrastive.fs"
                [
                    "keys do not look for queries", "(search u v) («search v u»)", "search u v"
                    "vectors are as long as they are", "if «normalized» then unitRows", "false"
                    "the temperature multiplies", "own («Notation.(/)» x temperature)", "Notation.(*)"
                    "a temperature may be negative", "if not («least > 0.0») then", "true"
                ]
        yield!
            inFile
                "Proxies.fs"
                [
                    "a margin of an angle is taken from it",
                    "let added = «cosine * cosOfMargin - sine * sinOfMargin»",
                    "cosine * cosOfMargin + sine * sinOfMargin"
                    "an easy margin is for obtuse angles", "«ifLess (num 0.0) cosine added cosine»", "ifLess (num 0.0) cosine cosine added"
                    "beyond π − m the cosine rises again", "cosine added («cosine - margin * sinOfMargin»)", "cosine"
                    "the own cosine has no margin", "cosine _ -> «cosine - num margin»", "cosine"
                    "the farthest centre is the own one", "ifLess cosine (best k) «values[k]» value", "value"
                    "an angle turns twice", "sign * multiple - «2.0» .* turns", "1.0"
                    "absent classes pull, too", "«share» .* pulled + pushed", "1.0"
                    "the centres of a class cost nothing", "«loss + expand loss.Shape apart» |> whole", "loss"
                    "a centre loss is not halved", "«0.5» .* sumAlong 1 (apart * apart)", "1.0"
                ]
        yield!
            inFile
                "Metric.fs"
                [
                    "an anchor is like itself", "(«isAmong && i = j») ||", "false"
                    "all that is alike is an anchor's own", "fun i j -> «own[i] = others[j]»", "true"
                    "the last of equals is chosen",
                    "«isMost * Lists.isLess ('T.CumulativeSum(isMost, axis)) (expand x.Shape (num 1.5))»",
                    "isMost"
                    "what is 0 counts", "if «options.Counting = PairCounting.All» then mask", "true"
                    "nothing counts 0", "counts (expand values.Shape (num «1.0»))", "0.0"
                    "a semi-hard negative is the nearest of all", "(unlike * «Lists.isLess (Lists.firsts seen.Far) far»)", "unlike"
                    "mining has no ε", "(most seen.Unlike s + «num epsilon»)", "num 0.0"
                    "weights have slopes", "if «detached» then detach x", "false"
                    "other positives are in the denominator",
                    "(ofEach («logSumWhere seen.Unlike s») seen - s)",
                    "logSumWhere (seen.Alike + seen.Unlike) s"
                    "an anchor is no neighbour of its own", "let alike = «num 1.0 - seen.Unlike»", "seen.Alike"
                ]
        yield!
            inFile
                "Hypersphere.fs"
                [
                    "a pair counts once", "num (Math.Log(«float n *. Operators.(-) (float n) 1.0»))", "float n"
                    "the farthest is the nearest",
                    "let nearest = num 0.0 - 'T.Largest(ifLess (num 0.0) seen.Unlike («num 0.0 - seen.Far») off, 1)",
                    "seen.Far"
                    "the key is not a key", "«softplus (far - sumAlong 1 (x[0] * x[1]) / num temperature)»", "far"
                ]
        yield!
            inFile
                "Similarity.fs"
                [
                    "a short vector has twice the slope", "floor + num («0.5» ./. eps)", "1.0"
                    "a vector of zeros has a direction", "«ifLess (num 0.0) least cosine least»", "cosine"
                    "only the first vector is measured", "let least = min one.Norm «two.Norm»", "one.Norm"
                    "a cosine is longer than 1", "detach («clip 1.0 cosine» - cosine)", "cosine"
                    "parallel vectors have slopes of rounding", "«'T.Least(num 1.0 - abs (detach cosine)) < 1e-12»", "false"
                    "an alignment ignores the sign", "(fun sign half -> «sign * (num 1.0 - half)»)", "num 1.0 - half"
                    "long vectors overflow", "(ifLess (num 1e300) square «unit» (num 1.0))", "(num 1.0)"
                    "short vectors vanish", "ifLess square (num 1e-270) «unit» (ifLess", "(num 1.0)"
                    "every vector has units of its own", "(ifLess (num 1e300) square unit «(num 1.0)»)", "unit"
                    "a subnormal is its own unit", "(«max largest (num 1e-300)»)", "largest"
                    "a floor has no units", "num eps / «unit»\n\n        if eps = 0.0", "num 1.0"
                    "what is shorter than ε has units", "ifLess norm (num floor) «(num 1.0)» unit", "unit"
                    "the 0-norm counts positive components", "let size = «abs v»\n            sumAlong", "v"
                    "the 0-norm does not see a NaN",
                    "sumAlong axis («given size (ifLess (num 0.0) size (num 1.0) (num 0.0))»)",
                    "ifLess (num 0.0) size (num 1.0) (num 0.0)"
                    "a p-norm does not see a NaN", "(unit * power (1.0 ./. p) total) («whole total»)", "num 0.0"
                    "vectors of no components have no distance", "if p = 1.0 || «v.Shape[axis] = 0» then", "false"
                    "the ∞-norm is the largest component", "p then\n            'T.Largest(«abs v», axis)", "v"
                    "the 1-norm adds signed components", "sumAlong axis («abs v»)", "v"
                    "the 2-norm does not square", "let square = sumAlong axis («v * v»)\n\n            match", "abs v"
                    "the p-norm forgets its unit", "ifLess (num 0.0) total («unit * power (1.0 ./. p) total»)", "power (1.0 ./. p) total"
                    "the ε of a distance is left out", "x[0] - x[1] + «num eps»", "num 0.0"
                    "keepAxis means the opposite", "if «keepAxis» then", "not keepAxis"
                ]
        yield!
            inFile
                "Reduce.fs"
                [
                    "a mean of sequences forgets their lengths",
                    "'T.Mean(«loss.UncheckedMeanValues», ReadOnlySpan weights)",
                    "loss.Unchecked"
                    "the parts of a mean forget the lengths of sequences",
                    "struct (loss.Checked(TensorNotation.sumAll «loss.UncheckedMeanValues»)",
                    "loss.Unchecked"
                    "a batch mean divides by the last axis", "(float «shape[0]»)", "shape[-1]"
                    "a count is a sum of weights", "weighed.Weights («Notation.num 1.0»)", "weighed.Weights"
                    "an empty mean that is to throw does not", "when «'T.Least counted > 0.0»", "'T.Least counted >= 0.0"
                    "an empty mean that is to be 0 is 1", "counted mean («Notation.num 0.0»)", "Notation.num 1.0"
                    "the mean of a sample forgets the lengths of sequences", "(total «loss.UncheckedMeanValues»)", "loss.Unchecked"
                    "the mean of a sample has no policy", "bySample «options.Empty» options.Reduction", "EmptyMean.NaN"
                    "a batch mean has no policy",
                    "elif «options.Empty <> EmptyMean.NaN» &&",
                    "options.Reduction = Reduction.Mean && options.Empty <> EmptyMean.NaN"
                ]
        yield!
            inFile
                "Activations.fs"
                [
                    "the sigmoid is that of −x", "«('T.Logistic logits).Sigmoid»\n", "('T.Logistic logits).SigmoidOfMinus"
                    "log σ is positive", "«Notation.(~-) ('T.Logistic logits).SoftplusOfMinus»", "('T.Logistic logits).SoftplusOfMinus"
                    "softplus is that of −x", "«('T.Logistic logits).Softplus»\n", "('T.Logistic logits).SoftplusOfMinus"
                    "softmin is softmax", "'T.Softmax(«Notation.(~-) scores», axis)", "scores"
                ]
        yield!
            inFile
                "Check.fs"
                [
                    "0 is positive", "not («value > 0.0» &&", "value >= 0.0"
                    "0 is negative", "not («value >= 0.0» &&", "value > 0.0"
                    "the upper end of a range is outside", "&& «value <= high»)", "value < high"
                    "a norm has no order 0", "if not («value >= 0.0») then", "value > 0.0"
                    "infinities are finite", "if not («Double.IsFinite value») then", "not (Double.IsNaN value)"
                    "weights may have more axes than the values", "«actual.Rank <= other.Rank» &&", "true"
                    "an axis may be empty", "if «actual[axis] = 0» then", "false"
                ]
        yield!
            inFile
                "Likelihood.fs"
                [
                    "Poisson adds t x", "«exp x - weigh counted x»", "exp x + weigh counted x"
                    "Poisson's infinite exponential meets an infinite product",
                    "let counted = «t - detach (ifLess (num last) x t (num 0.0))»",
                    "t"
                    "Poisson's exponential is never infinite",
                    "let last = if definition.logInput then «709.782712893384» else",
                    "Double.MaxValue"
                    "Poisson's ε is left out", "(log («x + num definition.eps»))", "x"
                    "Stirling lacks − t", "«t * log t - t» +", "t * log t"
                    "Stirling's term begins at 0", "ifLess (num «1.0») t stirling", "0.0"
                    "Gauss's variance has no slope", "let v = «variance» + detach", "detach variance"
                    "Gauss takes an infinite variance from itself",
                    "«detach (hinge (num definition.eps - variance))»",
                    "detach (max variance (num definition.eps) - variance)"
                    "Gauss does not square the error", "log v + «d * (d / v)»", "d / v"
                    "Gauss's constant has no half", "num («0.5 *. Math.Log(2.0 *. Math.PI)»)", "Math.Log(2.0 *. Math.PI)"
                ]
        yield!
            inFile
                "Margin.fs"
                [
                    "hinge embedding takes any target", "member _.Target = «Domain.PlusOrMinusOne»", "Domain.All"
                    "margin ranking takes any target", "member _.Third = «Domain.PlusOrMinusOne»", "Domain.All"
                    "hinge embedding adds the distance", "hinge («num loss.margin - x»)", "num loss.margin + x"
                    "hinge embedding takes a NaN for −1", "given («t + x») (ifLess", "x"
                    "margin ranking has its scores swapped", "t * («x1 - x2»)", "x2 - x1"
                    "margins between classes have their scores swapped",
                    "member loss.Of(first, second, _, _) = hinge (num loss.margin - («first - second»))",
                    "second - first"
                    "squared margins have their scores swapped",
                    "let lacking = hinge (num loss.margin - («first - second»))",
                    "second - first"
                    "multi-margin never squares", "\n            «lacking * lacking»\n", "lacking"
                    "multi-margin weighs with the row's place", "scales[«indices[i]»]", "i"
                    "multi-label margin is the sum over the classes", "sums / num («float classes»)", "1.0"
                    "multi-label soft margin divides by the batch", "SoftMarginOfClasses logits.Shape[«-1»]", "0"
                ]
        yield!
            inFile
                "Embedding.fs"
                [
                    "a triplet swaps by default", "1e-6; Swap = «false»", "true"
                    "a vector without a number has no slope",
                    "let scale = «given x.Norm (ifLess (num 0.0) x.Norm (num 1.0 / length) (num 0.0))»",
                    "ifLess (num 0.0) x.Norm (num 1.0 / length) (num 0.0)"
                    "a target without a number is −1", "given («target + distance») (ifLess", "distance"
                    "a vector of zeros lacks nothing", "/ (x.Square + eps)) («num 1.0»)", "num 0.0"
                    "1 − cos has no half", "let distance = num «0.5» *", "1.0"
                    "1 − cos of opposite vectors is 0", "(fun sign half -> «num 1.0 - sign + sign * half»)", "half"
                    "1 − cos looks at the first length only", "(«lack1 + lack2»)", "lack1 + lack1"
                    "a cosine's margin is added", "hinge («cosine - num margin»)", "cosine + num margin"
                    "a swap takes the farther", "if swap then «min far (distance x[1] x[2])»", "max far (distance x[1] x[2])"
                    "a triplet's margin is subtracted",
                    "hinge («distance x[0] x[1] - far + num margin»)",
                    "distance x[0] x[1] - far - num margin"
                ]
        yield!
            inFile
                "Regions.fs"
                [
                    "a false negative is what both share", "Terms(p * t, p * (num 1.0 - t), «q * t»)", "p * t"
                    "α weighs what is missed", "let wrong = num «loss.alpha» * sums.B", "loss.beta"
                    "Tversky has no exponent", "«if loss.gamma = 1.0 then share else power loss.gamma share»", "share"
                    "squared Dice is squared Jaccard",
                    "ofTargets options (regions options (squared «2.0» options.Smooth)) target prediction",
                    "1.0"
                    "the background counts", "let foreground (x: 'T) = if «options.IncludeBackground» then", "true"
                    "an ignored label's place counts", "(fun label -> «if label < 0 then 0.0 else 1.0»)), shape.With(axis, 1))", "1.0"
                    "a class that is not there counts nothing", "ifLess zero size ofOwn («TensorNotation.expand ofOwn.Shape most»)", "zero"
                    "a simple weight is squared", "| RegionWeight.Simple -> «-1.0»", "-2.0"
                    "Matthews's loss takes what both reject for what is missed", "Terms(p * t, q * u, p * u, «q * t»)", "q * u"
                ]
        yield!
            inFile
                "Boxes.fs"
                [
                    "boxes around both end where the first does", "most «b» targetB - least a targetA", "targetB"
                    "an inverted box has an area", "sides («hinge (b - a)»)", "b - a"
                    "a centre is a corner", "if «form = BoxForm.Corners» then", "true"
                    "boxes that fit less well count more", "share «v» (floored eps (overlap eps x y + v))", "(overlap eps x y)"
                    "a place is in the bin below alone", "ifLess next (num 0.0) (num 0.0) «next»", "(num 0.0)"
                ]
        yield!
            inFile
                "Generation.fs"
                [
                    "the hinge's generator has its sign swapped", "| Adversarial.Hinge -> LossValues(given logits «-logits»)", "logits"
                    "a critic takes fake for real",
                    "| Adversarial.Saturating -> LossValues(«softplus logits»)",
                    "(logistic logits).SoftplusOfMinus"
                    "a distance is in the first variance", "d * d * exp «-logVariance2»", "-logVariance1"
                ]
        yield!
            inFile
                "Sequence.fs"
                [
                    "infinities are zero by default", "ZeroInfinity = «false»", "true"
                    "equal neighbours need no blank between", "&& «label rows[n] s <> label rows[n] (s - 2)»", "true"
                    "a sequence starts in a blank only", "if «s < 2» then", "s < 1"
                    "a sample goes on for a frame", "if «t < inputLengths[n]» then", "t <= inputLengths[n]"
                    "a sequence ends in a blank only", "else «2 * targetLengths[n] - 1»", "2 * targetLengths[n]"
                    "an empty target has no length", "float («max 1 length»)", "length"
                    "a NaN is an infinity", "Notation.given «values» (Notation.ifLess", "(Notation.num 0.0)"
                    "an infinity counts 1", "values (Notation.num «0.0»)", "1.0"
                ]
        yield!
            inFile
                "Vocabulary.fs"
                [
                    "every chunk is the first", "'T.Slice(parameters[0], 0, «start», count)", "0"
                    "a linear layer has no bias", "(productsOfRows weight x) «bias»", "(Notation.num 0.0)"
                    "the first cluster has all rare labels", "else «frequent + groupOf label - 1»", "frequent"
                    "all clusters start at the first cutoff", "indices[n] - «cutoffs[i]»", "cutoffs[0]"
                    "a cutoff belongs to the cluster before", "fun low -> «low <= label»", "low < label"
                    "all clusters have the first one's probability", "'T.Slice(head, 1, «frequent + i», 1)", "frequent"
                ]
        yield!
            inFile
                "Diff.fs"
                [
                    "a gradient is that of anything", "if «value.Count <> 1» then", "false"
                    "every row of a Jacobian is the first", "unit[«i»] <-", "0"
                ]
        yield!
            inFile
                "RiskSets.fs"
                [
                    "of tied events the first in the list is the first", "| 0, 0, 0 -> «compare j i»", "compare i j"
                    "the risk set of a time is without its ties", "Ties.Breslow -> «gathered lasts upTo»", "upTo"
                    "Efron's ties all count whole", "log (1.0 - «float (k - ofGroup[k])» / count k)", "0.0"
                ]
        yield!
            inFile
                "Survival.fs"
                [
                    "a censored sample has not survived its interval", "oneIf («j <= k»))) terms", "j < k"
                    "one logit less", "let all = «withLater logits»", "logits"
                ]
        yield!
            inFile
                "Ranking.fs"
                [
                    "the hinge has no margin", "hinge («num 1.0» - (first - second))", "num 0.0"
                    "the smooth zero-one loss is of the right order",
                    "«(logistic (first - second)).SigmoidOfMinus»",
                    "(logistic (first - second)).Sigmoid"
                    "a discount is of the rank less 1", "«Notation.log1p rank»", "Notation.log rank"
                ]
        yield!
            inFile
                "SelfSupervision.fs"
                [
                    "features are to differ from themselves, too", "if «Operators.(+) start i = j» then 0.0 else 1.0", "false"
                    "no lack of length counts", "/ num n + «lack1 + lack2»)", "num 0.0"
                    "of two views one varies", "(«spread z1 + spread z2»)", "spread z1 + spread z1"
                    "a text that is another's is this one's", "(«diagonal start -1.0 1.0 logits» * logits)", "num -1.0"
                    "a pair is among its negatives", "s + «diagonal start Double.NegativeInfinity 0.0 s»", "num 0.0"
                    "a weight is 1 less", "detach (num «2.0» - num (float n)", "1.0"
                    "a view is among the others", "float (if «v < given'» then", "false"
                    "the teacher has no centre", "(detach teacher - «expand teacher.Shape (detach center)»)", "num 0.0"
                ]
        yield!
            inFile
                "Images.fs"
                [
                    "contrast has no part in similarity", "LossValues(whole (a + «b» - a * b))", "num 0.0"
                    "a reflection repeats the border", "place («Operators.(-) length k»), 1))", "(Operators.(-) (Operators.(-) length k) 1)"
                    "a window is no Gaussian", "Math.Exp(«-0.5 *. z *. z»)", "(-0.5 *. (z *. z) *. Math.Abs z)"
                ]
        yield!
            inFile
                "Transport.fs"
                [
                    "samples lie as they come", "'T.Sort(prediction, 1, «false»), 'T.Sort", "true"
                    "a step ends where the other side's does", "steps (if «ends = until» then", "true"
                    "a set is half as wide", "sumAll (f (pdist 2.0 «x[0]»))", "(x[0] * num 0.5)"
                    "Song's estimate has no third term", "num (n1 *. n2) - «each / num (0.5 *. n2)»", "num 0.0 * each"
                    "features are not centred", "let x, t = «centred 0 prediction», centred 0 target", "prediction"
                    "no target point has a weight", "potentials 1 («logB» + g)", "num 0.0"
                    "a sample is carried to itself for nothing", "- 0.5 .* («transported options x x» + transported options t t)", "num 0.0"
                ]
        yield!
            inFile
                "Audio.fs"
                [
                    "a ratio of energies has no decibels", "num «4.342944819032518»", "1.0"
                    "the target is not scaled", "[| axis |] («expand target.Shape scale * target») prediction", "target"
                    "a permutation is the first that comes", "ValueSome(«min least total»)", "least"
                    "a filter takes all that was before", "'T.Slice(x, axis, 1, rest) - «preEmphasis» .* 'T.Slice", "1.0"
                    "a spectrum is of cosines alone", "(if «column < bins» then cosines", "true"
                    "an end is repeated, not reflected",
                    "side (fun k -> «Operators.(-) length k»)",
                    "(Operators.(-) (Operators.(-) length k) 1)"
                ]
        yield!
            inFile
                "Preferences.fs"
                [
                    "IPO's target is 1/β", "num («0.5» ./. beta)", "1.0"
                    "KTO rewards what is undesirable", "beta .* («t» * (x - num loss.divergence))", "(num 0.0 - t)"
                ]
    ]
