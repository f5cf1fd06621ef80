"""The peers of the training step: the loop of diffrax's documentation, and torchdiffeq."""

from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax

from orbitsens.augment import Segments
from orbitsens.config import Parameters
from orbitsens.losses import REGISTRY as LOSSES, LossInputs
from orbitsens.model import make_model


def diffrax_documentation_loop(parameters: Parameters, training: Segments) -> Callable[[int], object]:
    """One run, one step a call, as in diffrax's neural ODE example: vmap of diffeqsolve under filter_jit."""
    model = make_model(parameters, key=jax.random.key(0))
    optimizer = optax.adabelief(1e-3)
    state = optimizer.init(eqx.filter(model.func, eqx.is_inexact_array))
    loss_of = LOSSES[parameters.loss_fcn].apply
    rng = np.random.default_rng(0)
    holder = [model.func, state]

    def solve(func: Callable, t: jax.Array, y0: jax.Array) -> jax.Array:
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, args: func(y)),
            diffrax.Tsit5(),
            t0=t[0],
            t1=t[-1],
            dt0=t[1] - t[0],
            y0=y0,
            stepsize_controller=diffrax.PIDController(rtol=parameters.rtol, atol=parameters.atol),
            saveat=diffrax.SaveAt(ts=t),
        )
        return solution.ys

    @eqx.filter_value_and_grad
    def loss(func: Callable, t: jax.Array, y: jax.Array, mask: jax.Array) -> jax.Array:
        predicted = jax.vmap(solve, in_axes=(None, 0, 0))(func, t, y[:, 0])
        inputs = LossInputs(predicted, y, mask.at[:, 0].set(False), func, None, jnp.float32(1.0), parameters)
        return loss_of(inputs).total

    @eqx.filter_jit
    def make_step(func: Callable, state: object, batch: Segments) -> tuple:
        value, gradient = loss(func, *batch)
        updates, state = optimizer.update(gradient, state, eqx.filter(func, eqx.is_inexact_array))
        return value, eqx.apply_updates(func, updates), state

    def steps(n: int) -> object:
        value = None
        for _ in range(n):
            index = rng.choice(training.t.shape[0], parameters.batch_size, replace=False)
            value, *holder[:] = make_step(*holder, Segments(*(x[index] for x in training)))
        return jax.block_until_ready(value)

    return steps


def torchdiffeq_loop(parameters: Parameters, training: Segments) -> Callable[[int], object] | None:
    """The same network, data, batch and tolerances in torchdiffeq's dopri5; None where it is not installed.

    torchdiffeq has one time axis for a whole batch, so time is scaled to [0, 1] per segment, as its users do.
    """
    if find_spec("torchdiffeq") is None:
        return None
    import torch
    from torchdiffeq import odeint

    device = torch.device("cuda" if torch.cuda.is_available() and jax.default_backend() == "gpu" else "cpu")
    t, y = (torch.from_numpy(np.array(x)).to(device) for x in (training.t, training.y))
    widths = [7, *[parameters.width] * parameters.depth]
    layers = [m for a, b in pairwise(widths) for m in (torch.nn.Linear(a, b), torch.nn.LeakyReLU())]
    net = torch.nn.Sequential(*layers, torch.nn.Linear(parameters.width, 4)).to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    rng = np.random.default_rng(0)

    def dynamics(state: torch.Tensor) -> torch.Tensor:
        r_inverse = state[:, :3].norm(dim=1, keepdim=True).reciprocal()
        o = net(torch.cat([r_inverse, state[:, :3] * r_inverse, state[:, 3:]], dim=1))
        direction = o[:, 1:4] / o[:, 1:4].norm(dim=1, keepdim=True)
        return torch.cat([state[:, 3:], torch.nn.functional.softplus(o[:, :1]) * direction], dim=1)

    def steps(n: int) -> object:
        error = torch.zeros(())
        for _ in range(n):
            index = torch.from_numpy(rng.choice(len(t), parameters.batch_size, replace=False)).to(device)
            times, states = t[index], y[index]
            # Sample times differ between segments: integrate interval by interval, each scaled to [0, 1].
            at, predicted = states[:, 0], []
            for i in range(times.shape[1] - 1):
                h = (times[:, i + 1] - times[:, i])[:, None]
                at = odeint(
                    lambda s, x, h=h: h * dynamics(x),
                    at,
                    torch.tensor([0.0, 1.0], device=device),
                    rtol=parameters.rtol,
                    atol=parameters.atol,
                )[-1]
                predicted.append(at)
            error = ((torch.stack(predicted, 1) - states[:, 1:]).norm(dim=2) / states[:, 1:].norm(dim=2)).mean()
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
        return error.item()

    return steps
