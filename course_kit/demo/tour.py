"""``course-kit demo``: train with our callbacks, then grade a class of seven."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from course_kit import quiet
from course_kit.checks.handout import lab_notebook
from course_kit.console import console, say
from course_kit.problems import Problem

LAB = "00_first_steps"


def tour(folder: Path) -> None:
    """Make `folder` with a learning curve, a small class and its grades.

    Raises:
        Problem: if `folder` is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is a file; --to needs a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    console.rule("1. A small VGG on handwritten digits, stopped early")
    picture = train(folder / "learning_curve.png")
    say(f"Learning curve: {picture}")
    console.rule("2. A class of seven, graded")
    class_folder = hand_in(folder / "class")
    console.print(
        "A right answer, an untouched starter, two wrong ones, an endless loop, a crash,\n"
        "and one that tries to write its own grade."
    )
    from course_kit.grading.commands import Wishes, grade_class

    grade_class(class_folder, folder / "grades", LAB, Wishes(practice=True), {})


def train(picture: Path, epochs: int = 40) -> Path:
    """Train until the held-out loss stops falling; draw the learning curve."""
    with console.status("loading TensorFlow"), quiet.start_up():
        import keras
        import matplotlib.pyplot as plt

        from course_kit import callbacks, data, figures, models
    keras.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = data.load("digits")
    model = models.vgg(
        depths=(2, 2), filters=(16, 32), input_shape=(8, 8, 1), classes=10, head="average"
    )
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    stopping = callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    history = model.fit(
        x_train,
        y_train,
        validation_data=(x_test, y_test),
        epochs=epochs,
        callbacks=[stopping],
        verbose=2,
    )
    _loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    console.print(
        f"Stopped after {len(history.epoch)} epochs; the weights of epoch "
        f"{stopping.best_epoch + 1} are back: "
        f"{accuracy:.1%} of the held-out digits are read right."
    )
    with plt.rc_context({"backend": "agg"}):
        figures.learning_curves(history.history, log_y=True)
        plt.savefig(picture, dpi=150, bbox_inches="tight")
    return picture


def hand_in(folder: Path) -> Path:
    """Write the class's notebooks: the lab's own, filled in by seven students."""
    import nbformat

    from course_kit.authoring import fill, write

    folder.mkdir(exist_ok=True)
    starter = nbformat.read(str(lab_notebook(LAB)), as_version=4)
    write(starter, folder / f"02_ben_{LAB}.ipynb")
    for answer in files("course_kit.demo").joinpath("answers").iterdir():
        if answer.name.endswith(".py"):
            filled = fill(starter, {"exponential_average": answer.read_text(encoding="utf-8")})
            write(filled, folder / f"{answer.name[:-3]}_{LAB}.ipynb")
    return folder
