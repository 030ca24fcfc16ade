"""The verb that compiles the kernels before anybody waits for them: warm-up."""

from __future__ import annotations

import time

from corridor.cli.output import DONE, say, say_compiling


def warm_up() -> int:
    """Compile the kernels into the cache, so that no first answer waits for the compiler.

    What is there already is not compiled again; other sources of the kernels are other entries.

    Example: corridor warm-up
    """
    from corridor.cli.progress import progress
    from corridor.kernels.compilation import cache_folder
    from corridor.runs.warm_up import warm_up as compile_kernels

    began = time.perf_counter()
    say_compiling()
    with progress() as step:
        compile_kernels(step)

    folder = cache_folder()
    place = f"in {folder}" if folder else "and cannot be kept: there is no folder for them"
    say(f"The kernels are compiled {place} ({time.perf_counter() - began:.0f} s).")
    return DONE
