"""What a call of each op looks like.

RULES: one rule a family of ops, rule(draw, op) -> (inputs, attrs) of a valid call. Attributes at their default and ones
that follow from the inputs are left out. Inputs are flat, in the order of TensorFlow's op definition.
UNSAFE: calls whose answers mean nothing, unsafe(inputs, attrs): TensorFlow reads memory that is not the tensor's, or an
answer depends on where in it an element lies.
"""
import elementwise_rules
import matrix_rules
import move_rules
import window_rules

RULES = {**elementwise_rules.RULES, **matrix_rules.RULES, **move_rules.RULES, **window_rules.RULES}
UNSAFE = {**elementwise_rules.UNSAFE, **window_rules.UNSAFE}
