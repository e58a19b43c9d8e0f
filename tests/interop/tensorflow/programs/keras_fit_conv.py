"""Keras' fit, evaluate and predict of a small convolutional model on NumPy arrays."""
import keras
import numpy as np

TOLERANCE = 5e-3


def numbers(values):
  return [round(float(v), 5) for v in np.ravel(values)]


def main():
  keras.utils.set_random_seed(5)
  random = np.random.RandomState(1)
  x = random.rand(40, 8, 8, 1).astype(np.float32)
  y = (x[:, :4].mean(axis=(1, 2, 3)) > x[:, 4:].mean(axis=(1, 2, 3))).astype(np.int32)
  model = keras.Sequential([
      keras.Input((8, 8, 1)),
      keras.layers.Conv2D(4, 3, activation='relu', padding='same'),
      keras.layers.MaxPooling2D(),
      keras.layers.Conv2D(6, 3, activation='relu'),
      keras.layers.GlobalAveragePooling2D(),
      keras.layers.Dense(2),
  ])
  model.compile(optimizer='adam', loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
  history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
  print('fit', numbers(history.history['loss']), numbers(history.history['accuracy']))
  print('evaluate', numbers(model.evaluate(x, y, verbose=0)))
  print('predict', numbers(model.predict(x[:4], verbose=0)))
