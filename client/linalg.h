// Linear algebra under TensorFlow's names: tf.linalg in C++.
//
// A matrix is the last two axes of a tensor; the axes before them are a batch that every function works through matrix
// by matrix. Dtypes are float32 and float64 unless a line says otherwise. No call waits; each throws Error at the
// caller's line for what its inference refuses: INVALID_ARGUMENT for ranks below two, matrices that are not square
// where they must be, and shapes that do not fit each other. What only the values tell (a matrix without an inverse)
// is an error of the read. Gradients flow through all of them, to any order.
#pragma once

#include "client/math.h"

namespace eager::linalg {

// The inverse of a square matrix, or of its transpose; float16 as well. The read fails with INVALID_ARGUMENT if there
// is none.
Tensor inv(const Operand& input, bool adjoint = false);
// The determinant; 0, not an error, of a singular matrix, 1 of one without rows.
Tensor det(const Operand& input);
struct SlogDet {
  Tensor sign, log_abs_determinant;  // 0 and -inf of a singular matrix
};
SlogDet slogdet(const Operand& input);
// log(det(matrix)) of a symmetric, positive definite matrix, nan of others; no product over- or underflows.
Tensor logdet(const Operand& matrix);

// The lower triangular L with L L' = input. Reads the lower triangle of a symmetric matrix; the result's lower triangle
// is nan where the matrix is not positive definite.
Tensor cholesky(const Operand& input);
// The X with A X = rhs, given A's cholesky(). Batches broadcast.
Tensor cholesky_solve(const Operand& chol, const Operand& rhs);

// The X with matrix X = rhs, or matrix' X = rhs; both have the same batch axes. The read fails with INVALID_ARGUMENT if
// a matrix has no inverse.
Tensor solve(const Operand& matrix, const Operand& rhs, bool adjoint = false);
// The same for a triangular matrix, whose other triangle is not read. Batches broadcast; zeros on the diagonal give
// infinities and nan, no error.
Tensor triangular_solve(const Operand& matrix, const Operand& rhs, bool lower = true, bool adjoint = false);

// The cross products of the vectors in the last axis, of a and b of one shape and any number dtype.
// FAILED_PRECONDITION if the vectors have not three elements.
Tensor cross(const Operand& a, const Operand& b);

// The sum of the main diagonal, of any number dtype; matrices need not be square.
Tensor trace(const Operand& x);
// The last two axes exchanged, of any dtype.
Tensor matrix_transpose(const Operand& a);

// Which norm: "euclidean", "fro" (of matrices, the same), or a number p for (sum |x|^p)^(1/p), infinity for the
// largest |x|.
struct Order {
  Order(const char* name) : name(name) {}             // NOLINT
  Order(std::string name) : name(std::move(name)) {}  // NOLINT
  Order(double p) : p(p) {}                           // NOLINT
  Order(int p) : p(p) {}                              // NOLINT
  std::string name;  // empty: p counts
  double p = 2;
};
// The norm along one axis, of all elements if `axis` is left out, or of the matrices in two axes (rows, columns): there
// 1 and infinity are the largest sum of a column and of a row. INVALID_ARGUMENT for orders at or below zero, and for
// all others of a matrix. Every floating dtype.
Tensor norm(const Operand& tensor, const Order& ord = "euclidean", const Axes& axis = std::nullopt,
            bool keepdims = false);

}  // namespace eager::linalg
