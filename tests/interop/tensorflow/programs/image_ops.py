"""Images: sizes, colors, boxes, and Keras' layers that prepare and augment them."""
import numpy as np
import tensorflow as tf

TOLERANCE = 1e-3
L = tf.keras.layers


def show(name, x):
  x = tf.cast(x, tf.float32)
  print(name, x.shape, tf.reduce_mean(x).numpy(), tf.reduce_max(x).numpy(), tf.reshape(x, [-1])[:6].numpy(), flush=True)


def main():
  np.set_printoptions(linewidth=1000, precision=5)  # lines do not break by the number of digits
  tf.keras.utils.set_random_seed(1)
  image = tf.reshape(tf.linspace(0.0, 1.0, 2 * 8 * 9 * 3), [2, 8, 9, 3]) ** 2
  for method in ['bilinear', 'nearest']:
    show(method, tf.image.resize(image, [5, 12], method))
  for name in ['adjust_contrast', 'adjust_hue', 'adjust_saturation', 'adjust_brightness', 'adjust_gamma', 'central_crop']:
    show(name, getattr(tf.image, name)(image, 0.3))
  for name in ['rgb_to_hsv', 'hsv_to_rgb', 'rgb_to_grayscale', 'rgb_to_yuv', 'rgb_to_yiq', 'flip_left_right', 'flip_up_down', 'transpose', 'rot90',
               'sobel_edges', 'image_gradients', 'total_variation', 'per_image_standardization']:
    for x in tf.nest.flatten(getattr(tf.image, name)(image)):
      show(name, x)
  show('psnr', tf.image.psnr(image, image * 0.9, 1.0))
  show('ssim', tf.image.ssim(image, image * 0.9, 1.0, filter_size=5))
  show('pad', tf.image.resize_with_crop_or_pad(image, 6, 12))
  show('patches', tf.image.extract_patches(image, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], 'SAME'))
  with tf.GradientTape(persistent=True) as tape:
    tape.watch(image)
    corners = tf.constant([[0.1, 0.2, 0.7, 0.9], [0.0, 0.0, 1.0, 1.0]])
    tape.watch(corners)
    crops = tf.image.crop_and_resize(image, corners, [0, 1], [3, 4])
    patches = tf.image.extract_patches(image, [1, 3, 3, 1], [1, 2, 2, 1], [1, 1, 1, 1], 'VALID')
    hues = tf.image.rgb_to_hsv(image)
    resized = tf.image.resize(image, [3, 4])
  for name, x in [('crops', crops), ('patches', patches), ('hues', hues), ('resized', resized)]:
    show(name, x)
    show(f'gradient of {name}', tape.gradient(x, image))
  show('gradient by boxes', tape.gradient(crops, corners))
  boxes = tf.constant([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3], [0, 2.1, 1, 3.1]], tf.float32)
  scores = tf.constant([0.9, 0.8, 0.7, 0.95])
  print(tf.image.non_max_suppression(boxes, scores, 3, 0.5))
  print(tf.image.non_max_suppression_with_scores(boxes, scores, 3, 0.5, soft_nms_sigma=0.5))
  print(tf.image.non_max_suppression_padded(boxes, scores, 5, 0.5, pad_to_max_output_size=True))
  for layer in [L.Resizing(4, 5), L.CenterCrop(4, 4), L.Rescaling(0.5), L.Normalization(mean=0.5, variance=0.1), L.RandomFlip(seed=1),
                L.RandomRotation(0.2, seed=1), L.RandomZoom(0.2, seed=1), L.RandomTranslation(0.2, 0.2, seed=1), L.RandomContrast(0.2, seed=1),
                L.RandomBrightness(0.2, (0, 1), seed=1), L.RandomCrop(4, 4, seed=1)]:
    show(type(layer).__name__, layer(image, training=True))
  model = tf.keras.Sequential([L.RandomFlip('horizontal', seed=1), L.RandomRotation(0.1, seed=2), L.RandomZoom(0.1, seed=3), L.Conv2D(4, 3),
                               L.GlobalAveragePooling2D(), L.Dense(1)])
  model.compile('adam', 'mse')
  history = model.fit(tf.tile(image, [4, 1, 1, 1]).numpy(), np.linspace(0, 1, 8)[:, None], batch_size=4, epochs=2, shuffle=False, verbose=0)
  print(history.history['loss'])
