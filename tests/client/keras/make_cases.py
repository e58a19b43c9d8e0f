"""Writes cases/*.jsonl.gz: what real TensorFlow and Keras 3 make of losses, metrics, schedules and optimizers.

    python3 -m venv v && v/bin/pip install tensorflow-cpu==2.21.0 keras==3.15.1 numpy==2.4.6
    TF_ENABLE_ONEDNN_OPTS=0 v/bin/python tests/client/keras/make_cases.py

Tensors and tolerances are written as ../../golden/README.md says, optimizers.jsonl whole. The others:
    losses     {"id","loss","options","y_true","y_pred","sample_weight"?,"result","gradient"}: of the result's sum, by y_pred
    metrics    {"id","metric","options","updates":[{"y_true"?,"y_pred","sample_weight"?,"result"}]}: the result after each
    schedules  {"id","schedule","options","steps":[n],"rates":[r]}
"""
import gzip
import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

FOLDER = pathlib.Path(__file__).parent / "cases"
rng = np.random.default_rng(20240607)


def tensor(value):
    value = tf.convert_to_tensor(value)
    array = value.numpy()
    if value.dtype.is_floating:
        wide = array.astype(np.float64).ravel()
        values = [str(x) if not np.isfinite(x) else float(x) for x in wide]
        if value.dtype == tf.float32:
            values = [v if isinstance(v, str) else float(str(np.float32(v))) for v in values]
    else:
        values = array.ravel().tolist()
    return {"dtype": value.dtype.name, "shape": list(array.shape), "values": values}


def normal(*shape, dtype=tf.float32):
    return tf.cast(np.round(rng.normal(size=shape), 3), dtype)


def uniform(low, high, *shape, dtype=tf.float32):
    return tf.cast(np.round(rng.uniform(low, high, size=shape), 3), dtype)


def labels(classes, *shape, dtype=tf.int32):
    return tf.cast(rng.integers(0, classes, size=shape), dtype)


def softmax(*shape):
    return tf.nn.softmax(normal(*shape))


def write(name, cases):
    text = "".join(json.dumps(case) + "\n" for case in cases)
    (FOLDER / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(name, len(cases))


def loss_cases():
    cases = []

    def add(name, y_true, y_pred, weight=None, **options):
        y_true, y_pred = tf.convert_to_tensor(y_true), tf.convert_to_tensor(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            result = getattr(keras.losses, name)(**options)(y_true, y_pred, sample_weight=weight)
        case = {"id": f"{name}/{len(cases)}", "loss": name, "options": options, "y_true": tensor(y_true), "y_pred": tensor(y_pred)}
        if weight is not None:
            case["sample_weight"] = tensor(weight)
        case |= {"result": tensor(result), "gradient": tensor(tape.gradient(result, y_pred)), "rtol": 2e-5, "atol": 2e-6}
        cases.append(case)

    weights = {"samples": uniform(0, 2, 4), "column": uniform(0, 2, 4, 1)}
    reductions = ["sum_over_batch_size", "sum", "none", "mean_with_sample_weight"]
    for name in ["MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "Huber", "LogCosh", "Hinge"]:
        for reduction in reductions:
            add(name, normal(4, 3), normal(4, 3), reduction=reduction)
            add(name, normal(4, 3), normal(4, 3), weights["samples"], reduction=reduction)
        add(name, normal(4), normal(4, 1))
        add(name, normal(4, 1), normal(4))
        add(name, normal(4, 1), normal(4, 1), weights["column"])
        add(name, labels(5, 4, 3), normal(4, 3))
        add(name, normal(2, 3, 2), normal(2, 3, 2), uniform(0, 2, 2, 3))
        add(name, normal(0, 3), normal(0, 3))
    add("Huber", normal(4, 3), normal(4, 3), delta=0.3)
    add("Hinge", labels(2, 4, 3), normal(4, 3))
    for name in ["MeanSquaredLogarithmicError", "Poisson", "KLDivergence"]:
        add(name, uniform(0, 3, 4, 3), uniform(0, 3, 4, 3))
        add(name, uniform(0, 3, 4, 3), uniform(0, 3, 4, 3), weights["samples"], reduction="sum")
        add(name, uniform(-1, 1, 4, 3), uniform(0.1, 1, 4, 3), reduction="none")
    for axis in [-1, 0, 1]:
        add("CosineSimilarity", normal(4, 3), normal(4, 3), axis=axis, reduction="none")
    add("CosineSimilarity", tf.zeros([2, 3]), normal(2, 3))

    sparse, dense = "SparseCategoricalCrossentropy", "CategoricalCrossentropy"
    for dtype in [tf.int32, tf.int64, tf.uint8, tf.float32]:
        add(sparse, labels(5, 4, dtype=dtype), normal(4, 5), from_logits=True)
    for reduction in reductions:
        add(sparse, labels(5, 4), normal(4, 5), weights["samples"], from_logits=True, reduction=reduction)
        add(sparse, labels(5, 4), softmax(4, 5), reduction=reduction)
        add(dense, softmax(4, 5), normal(4, 5), weights["samples"], from_logits=True, reduction=reduction)
        add(dense, softmax(4, 5), softmax(4, 5), reduction=reduction)
    add(sparse, labels(5, 4, 1), normal(4, 5), from_logits=True)
    add(sparse, labels(5, 2, 3), normal(2, 3, 5), from_logits=True)
    add(sparse, labels(5, 2, 3), softmax(2, 3, 5), uniform(0, 2, 2, 3))
    add(sparse, labels(2, 3), tf.constant([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]))
    for from_logits in [False, True]:
        y_pred = (lambda *s: normal(*s)) if from_logits else softmax
        add(dense, tf.one_hot(labels(5, 4), 5), y_pred(4, 5), from_logits=from_logits, label_smoothing=0.1)
        add(dense, softmax(2, 3, 5), y_pred(2, 3, 5), from_logits=from_logits)
        add(dense, softmax(2, 3, 5), y_pred(2, 3, 5), from_logits=from_logits, axis=1)
        y_pred = (lambda *s: 3 * normal(*s)) if from_logits else (lambda *s: uniform(0, 1, *s))
        for reduction in reductions:
            add("BinaryCrossentropy", labels(2, 4, 3), y_pred(4, 3), from_logits=from_logits, reduction=reduction)
        add("BinaryCrossentropy", labels(2, 4), y_pred(4, 1), from_logits=from_logits, label_smoothing=0.2)
        add("BinaryCrossentropy", uniform(0, 1, 4, 3), y_pred(4, 3), weights["samples"], from_logits=from_logits)
        add("BinaryCrossentropy", labels(2, 4, 3), y_pred(4, 3), from_logits=from_logits, axis=0, reduction="none")
    add(dense, tf.one_hot([0, 2], 3), tf.constant([[2.0, 1.0, 1.0], [0.0, 0.0, 0.0001]]))
    add("BinaryCrossentropy", tf.constant([[0.0, 1.0]]), tf.constant([[1.0, 0.0]]))
    add("BinaryCrossentropy", tf.constant([[0.0, 1.0, 1.0, 0.0]]), tf.constant([[0.0, 0.0, 60.0, 90.0]]), from_logits=True)
    write("losses", cases)


def metric_cases():
    cases = []

    def add(name, *updates, **options):
        metric = getattr(keras.metrics, name)(**options)
        done = []
        for u in updates:
            metric.update_state(**u)
            named = {"y_pred" if k == "values" else k: tensor(v) for k, v in u.items()}
            done.append(named | {"result": tensor(metric.result())})
        cases.append({"id": f"{name}/{len(cases)}", "metric": name, "options": options, "updates": done, "rtol": 1e-5, "atol": 1e-6})

    def pair(y_true, y_pred, weight=None):
        return {"y_true": y_true, "y_pred": y_pred} | ({} if weight is None else {"sample_weight": weight})

    def values(v, weight=None):
        return {"values": v} | ({} if weight is None else {"sample_weight": weight})

    for name in ["Mean", "Sum"]:
        add(name, values(tf.constant(3.5)), values(normal(4)), values(normal(2, 3)), values(normal(2, 3, 2)))
        add(name, values(normal(4), uniform(0, 2, 4)), values(normal(3, 2), uniform(0, 2, 3)),
            values(normal(3, 2), uniform(0, 2, 3, 2)), values(normal(2, 3, 2), uniform(0, 2, 2, 3)),
            values(normal(3, 1), uniform(0, 2, 3)), values(normal(3), uniform(0, 2, 3, 1)))
        add(name, values(labels(9, 5)), values(normal(4), tf.constant(0.5)), values(tf.zeros([0])))
    add("Mean", values(normal(3), tf.zeros([3])))
    for dtype in [tf.int32, tf.float32]:
        add("Accuracy", pair(labels(3, 6, dtype=dtype), labels(3, 6, dtype=dtype)), pair(labels(3, 6, 1), labels(3, 6)))
    add("Accuracy", pair(labels(3, 6), labels(3, 6), uniform(0, 2, 6)))
    add("BinaryAccuracy", pair(labels(2, 6), uniform(0, 1, 6)), pair(labels(2, 6, dtype=tf.float32), uniform(0, 1, 6, 1)))
    add("BinaryAccuracy", pair(labels(2, 4, 3), uniform(0, 1, 4, 3), uniform(0, 2, 4)), threshold=0.3)
    add("CategoricalAccuracy", pair(softmax(6, 4), softmax(6, 4)), pair(softmax(6, 4), softmax(6, 4), uniform(0, 2, 6)))
    add("CategoricalAccuracy", pair(softmax(2, 3, 4), softmax(2, 3, 4)))
    for dtype in [tf.int32, tf.int64, tf.uint8, tf.float32]:
        add("SparseCategoricalAccuracy", pair(labels(3, 6, dtype=dtype), normal(6, 3)), pair(labels(3, 6, 1, dtype=dtype), normal(6, 3)))
    add("SparseCategoricalAccuracy", pair(labels(3, 6), normal(6, 3), uniform(0, 2, 6)), pair(labels(3, 2, 4), normal(2, 4, 3)))
    for name in ["MeanSquaredError", "MeanAbsoluteError", "RootMeanSquaredError"]:
        add(name, pair(normal(4, 3), normal(4, 3)), pair(normal(4), normal(4, 1)), pair(normal(4, 3), normal(4, 3), uniform(0, 2, 4)))
    write("metrics", cases)


def schedule_cases():
    cases = []
    steps = [0, 1, 2, 3, 5, 7, 9, 10, 11, 14, 17, 19, 20, 21, 25, 33, 60, 75, 100, 1000]

    def add(name, **options):
        schedule = getattr(keras.optimizers.schedules, name)(**options)
        rates = [float(schedule(tf.constant(s, tf.int64))) for s in steps]
        cases.append({"id": f"{name}/{len(cases)}", "schedule": name, "options": options, "steps": steps, "rates": rates})

    for staircase in [False, True]:
        add("ExponentialDecay", initial_learning_rate=0.1, decay_steps=10, decay_rate=0.9, staircase=staircase)
        add("InverseTimeDecay", initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5, staircase=staircase)
    add("PiecewiseConstantDecay", boundaries=[5, 10, 20], values=[0.1, 0.05, 0.02, 0.01])
    add("PiecewiseConstantDecay", boundaries=[7], values=[1.0, 0.5])
    add("PolynomialDecay", initial_learning_rate=0.1, decay_steps=20)
    add("PolynomialDecay", initial_learning_rate=0.1, decay_steps=20, end_learning_rate=0.01, power=0.5)
    add("PolynomialDecay", initial_learning_rate=0.1, decay_steps=10, end_learning_rate=0.01, power=2.0, cycle=True)
    add("CosineDecay", initial_learning_rate=0.1, decay_steps=20)
    add("CosineDecay", initial_learning_rate=0.1, decay_steps=20, alpha=0.2)
    add("CosineDecay", initial_learning_rate=0.0, decay_steps=30, warmup_target=0.1, warmup_steps=10)
    add("CosineDecay", initial_learning_rate=0.02, decay_steps=30, alpha=0.1, warmup_target=0.1, warmup_steps=9)
    add("CosineDecayRestarts", initial_learning_rate=0.1, first_decay_steps=9)
    add("CosineDecayRestarts", initial_learning_rate=0.1, first_decay_steps=8, t_mul=1.0, m_mul=0.9)
    add("CosineDecayRestarts", initial_learning_rate=0.1, first_decay_steps=6, t_mul=1.5, m_mul=0.8, alpha=0.05)
    write("schedules", cases)


def keras_optimizers(cases):
    def add(name, dtype=tf.float32, rtol=4e-5, missing=(), **options):
        optimizer = getattr(keras.optimizers, name)(**options)
        variables = [keras.Variable(normal(*s, dtype=dtype), dtype=dtype.name) for s in [(3,), (2, 2), (), (2, 1, 3)]]
        case = {"id": f"{name}/{len(cases)}", "optimizer": name, "options": options, "variables": [tensor(v) for v in variables], "steps": []}
        for step in range(4):
            gradients = [None if (step, i) in missing else normal(*v.shape, dtype=dtype) for i, v in enumerate(variables)]
            optimizer.apply(gradients, variables)
            case["steps"].append({"gradients": [None if g is None else tensor(g) for g in gradients],
                                  "variables": [tensor(v) for v in variables]})
        cases.append(case | {"rtol": rtol, "atol": rtol / 10})

    common = [dict(weight_decay=0.1), dict(clipnorm=0.3), dict(clipvalue=0.2), dict(global_clipnorm=0.4),
              dict(global_clipnorm=100.0), dict(use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=2)]
    rules = {"SGD": [dict(momentum=0.8), dict(momentum=0.8, nesterov=True)],
             "Adam": [dict(amsgrad=True), dict(epsilon=0.1, beta_1=0.3)],
             "AdamW": [dict(), dict(weight_decay=0.2, amsgrad=True)],
             "RMSprop": [dict(momentum=0.5), dict(centered=True), dict(centered=True, momentum=0.5, epsilon=0.01)],
             "Adagrad": [dict(initial_accumulator_value=0.5), dict(epsilon=0.2)]}
    for name, own in rules.items():
        add(name, missing={(1, 0), (2, 3)})
        add(name, learning_rate=0.05, dtype=tf.float64)
        for options in own + common:
            add(name, learning_rate=0.05, **options)


def raw_updates(cases):
    rates = {"lr": 0.05, "momentum": 0.9, "rho": 0.8, "epsilon": 0.01, "beta1": 0.9, "beta2": 0.75, "alpha": 0.1}
    ops = {"ResourceApplyMomentum": "var accum lr grad momentum", "ResourceApplyKerasMomentum": "var accum lr grad momentum",
           "ResourceApplyAdam": "var m v beta1_power beta2_power lr beta1 beta2 epsilon grad",
           "ResourceApplyAdamWithAmsgrad": "var m v vhat beta1_power beta2_power lr beta1 beta2 epsilon grad",
           "ResourceApplyAdaMax": "var m v beta1_power lr beta1 beta2 epsilon grad",
           "ResourceApplyRMSProp": "var ms mom lr rho momentum epsilon grad",
           "ResourceApplyCenteredRMSProp": "var mg ms mom lr rho momentum epsilon grad",
           "ResourceApplyAdagrad": "var accum lr grad", "ResourceApplyAdagradV2": "var accum lr epsilon grad",
           "ResourceApplyAdadelta": "var accum accum_update lr rho epsilon grad"}
    flags = {"ResourceApplyMomentum": ["use_nesterov"], "ResourceApplyKerasMomentum": ["use_nesterov"],
             "ResourceApplyAdam": ["use_nesterov"], "ResourceApplyAdagrad": ["update_slots"], "ResourceApplyAdagradV2": ["update_slots"]}
    # Zeros, but where a rule divides by what it starts from.
    starts = {"ResourceApplyAdagrad": 0.5, "ResourceApplyAdagradV2": 0.5}
    tolerances = {tf.float32: 4e-5, tf.float64: 4e-10, tf.float16: 8e-3, tf.bfloat16: 6.4e-2}

    def add(op, attrs, dtype, shape):
        names = ops[op].split()
        slots = [n for n in names if n not in rates and n != "grad" and not n.endswith("_power")]
        state = {n: tf.Variable(normal(*shape, dtype=dtype) if n == "var" else tf.fill(shape, tf.cast(starts.get(op, 0), dtype)))
                 for n in slots}
        case = {"id": f"{op}/{dtype.name}/{len(cases)}", "op": op, "attrs": attrs, "hyper": rates,
                "state": {n: tensor(v) for n, v in state.items()}, "steps": []}
        for t in range(1, 4):
            powers = {"beta1_power": rates["beta1"] ** t, "beta2_power": rates["beta2"] ** t}
            scalars = {n: tf.cast((rates | powers)[n], dtype) for n in names if n in rates or n in powers}
            grad = normal(*shape, dtype=dtype)
            getattr(tf.raw_ops, op)(**{n: v.handle for n, v in state.items()}, **scalars, grad=grad, **attrs)
            case["steps"].append({"scalars": {n: float(s) for n, s in scalars.items()}, "grad": tensor(grad),
                                  "state": {n: tensor(v) for n, v in state.items()}})
        cases.append(case | {"rtol": tolerances[dtype], "atol": tolerances[dtype] / 10})

    for op in ops:
        for dtype in tolerances:
            if (op, dtype) != ("ResourceApplyAdaMax", tf.bfloat16):  # which TensorFlow lacks
                add(op, {}, dtype, (2, 3))
        for flag in flags.get(op, []):
            for dtype in tolerances:
                add(op, {flag: flag != "update_slots"}, dtype, (5,))
        for shape in [(), (0, 3), (3, 1, 7)]:
            add(op, {}, tf.float32, shape)


def main():
    FOLDER.mkdir(exist_ok=True)
    loss_cases()
    metric_cases()
    schedule_cases()
    optimizers = []
    keras_optimizers(optimizers)
    raw_updates(optimizers)
    write("optimizers", optimizers)


main()
