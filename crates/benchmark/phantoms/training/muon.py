"""Muon (K. Jordan, https://kellerjordan.github.io/posts/muon/) for matrices, AdamW for everything else."""

import torch


def orthogonalised(g, steps=5):
    """Five Newton-Schulz steps on a stack of matrices (n, rows, columns): singular values become about one."""
    tall = g.shape[-2] > g.shape[-1]
    x = g.mT if tall else g
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        y = x @ x.mT
        x = 3.4445 * x + (-4.7750 * y + 2.0315 * (y @ y)) @ x
    return x.mT if tall else x


class Optimiser:
    """`rate_of(name)` multiplies a parameter's rate; parameters of `heads` are AdamW's."""

    def __init__(self, network, heads, muon_rate, adam_rate, rate_of):
        self.muon_rate, self.adam_rate = muon_rate, adam_rate
        self.matrices, adam = {}, {}
        for name, p in network.named_parameters():
            # The merger's square of 1024 would cost as much as all the others together.
            if p.ndim == 2 and "embed" not in name and p.numel() < 1 << 20:
                self.matrices.setdefault((tuple(p.shape), rate_of(name)), []).append(p)
            else:
                adam.setdefault(rate_of(name), []).append(p)
        self.momentum = {key: torch.zeros(len(group), *key[0]) for key, group in self.matrices.items()}
        adam.setdefault(1.0, []).extend(heads.parameters())
        groups = [{"params": group, "factor": factor} for factor, group in adam.items()]
        self.adam = torch.optim.AdamW(groups, lr=adam_rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
        self.parameters = list(network.parameters())

    @torch.no_grad()
    def step(self, schedule: float):
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for group in self.adam.param_groups:
            group["lr"] = self.adam_rate * schedule * group["factor"]
        self.adam.step()
        for (shape, factor), group in self.matrices.items():
            if any(p.grad is None for p in group):  # not part of this phase
                continue
            gradient = torch.stack([p.grad for p in group])
            momentum = self.momentum[shape, factor].lerp_(gradient, 0.05)
            update = orthogonalised(gradient.lerp(momentum, 0.95))
            rate = self.muon_rate * schedule * factor
            scale = 0.5 * max(1.0, shape[0] / shape[1]) ** 0.5
            for p, u in zip(group, update):
                p.mul_(1 - 0.02 * rate).add_(u, alpha=-rate * scale)
        for p in self.parameters:
            p.grad = None
        self.adam.zero_grad(set_to_none=True)

    def state(self):
        return {"adam": self.adam.state_dict(), "momentum": self.momentum}

    def restore(self, state):
        self.adam.load_state_dict(state["adam"])
        self.momentum = state["momentum"]
