"""Writes vectors.json: what PyTorch says of the functions that torch_nn.json has no cases of, in float64.

    python3 tests/Properties/Reference/vectors.py > tests/Properties/Reference/vectors.json

Made with PyTorch 1.13 (Debian 12's python3-torch).
"""

import json

import torch

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(x) for x in tensor.detach().reshape(-1)]}


def case(loss, params, inputs, output, outputs=None):
    """Output, and the gradients of its sum weighted by an upstream."""
    upstream = torch.rand_like(output) - 0.25
    gradients = torch.autograd.grad((output * upstream).sum(), list(inputs.values()), allow_unused=True)
    gradients = [torch.zeros_like(x) if g is None else g for x, g in zip(inputs.values(), gradients)]
    return {
        "loss": loss,
        "params": params,
        "inputs": {name: numbers(x) for name, x in inputs.items()},
        "upstream": numbers(upstream),
        "outputs": {"output": numbers(output), **{name: numbers(x) for name, x in (outputs or {}).items()}},
        "gradients": {name: numbers(g) for name, g in zip(inputs, gradients)},
    }


def vectors(*shape):
    # Quarters, so that some components are equal in two vectors.
    return (torch.randint(-6, 7, shape) / 4).requires_grad_()


def adaptive(cutoffs, classes, width, div_value, bias, labels):
    loss = torch.nn.AdaptiveLogSoftmaxWithLoss(width, classes, cutoffs, div_value=div_value, head_bias=bias)
    x = (2 * torch.randn(len(labels), width)).requires_grad_()
    output = loss(x, torch.tensor(labels))
    inputs = {"input": x, **dict(loss.named_parameters())}
    params = {"cutoffs": cutoffs, "labels": labels}
    return case("adaptive", params, inputs, -output.output, {"loss": output.loss, "log_prob": loss.log_prob(x)})


def cases():
    for p in [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, float("inf")]:
        shown = {"p": "inf" if p == float("inf") else p}
        one, two = torch.randn(4, 3).requires_grad_(), torch.randn(5, 3).requires_grad_()
        yield case("cdist", shown, {"x1": one, "x2": two}, torch.cdist(one, two, p))
        # Batches, and vectors that are equal.
        one, two = torch.randn(2, 3, 2), torch.randn(2, 2, 2)
        two[0, 1] = one[0, 2]
        two[1, 0] = one[1, 0]
        one, two = one.requires_grad_(), two.requires_grad_()
        yield case("cdist", shown, {"x1": one, "x2": two}, torch.cdist(one, two, p, compute_mode="donot_use_mm_for_euclid_dist"))
        x = torch.randn(5, 3)
        x[3] = x[1]
        x = x.requires_grad_()
        yield case("pdist", shown, {"x": x}, torch.nn.functional.pdist(x, p))
        if p not in (0.0, float("inf")):
            # Components that are equal in vectors that are not. (At ∞ PyTorch gives each of two largest the whole slope.)
            one, two = vectors(3, 4), vectors(4, 4)
            yield case("cdist", shown, {"x1": one, "x2": two}, torch.cdist(one, two, p, compute_mode="donot_use_mm_for_euclid_dist"))
    yield adaptive([3, 6], 9, 4, 2.0, False, [0, 8, 3, 2, 5, 6])
    yield adaptive([2, 5, 7], 10, 6, 1.5, True, [9, 1, 1, 4, 0])
    yield adaptive([4], 6, 3, 4.0, True, [0, 3, 1])


if __name__ == "__main__":
    print(json.dumps({"pytorch": torch.__version__, "cases": list(cases())}))
