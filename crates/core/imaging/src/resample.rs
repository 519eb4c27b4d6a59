use image::RgbImage;

/// Fraction bits of the fixed-point weights: 32 bits less 8 for the sample and 2 for sign and overshoot.
const WEIGHT_BITS: u32 = 32 - 8 - 2;
/// Half a unit, so that the shift rounds.
const HALF: i32 = 1 << (WEIGHT_BITS - 1);
/// The cubic's free parameter.
const A: f64 = -0.5;
/// Half the width of the cubic at scale 1, in pixels.
const SUPPORT_PX: f64 = 2.0;
const CHANNELS: usize = 3;

/// Resizes with Pillow's antialiased bicubic filter, to the byte.
///
/// This is `Image.resize(size, BICUBIC)` of Pillow up to 12.3 (`Resample.c`): horizontal pass first, then vertical,
/// weights in fixed point with 22 bits, and an 8-bit image in between. (Pillow 13 orders the passes by size and gives
/// other bytes; the models were trained with the order used here.) A pass whose size does not change is left out.
/// The source's pixels are stretched to the new size; an empty source gives black.
pub fn resize_bicubic(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (in_width, in_height) = image.dimensions();
    if in_width == 0 || in_height == 0 || width == 0 || height == 0 {
        return RgbImage::new(width, height);
    }
    let horizontal = (in_width != width).then(|| resize_rows(image, width));
    let image = horizontal.as_ref().unwrap_or(image);
    if in_height == height { image.clone() } else { resize_columns(image, height) }
}

/// For every output sample, which input samples it is made of and their weights.
struct Taps {
    /// First input sample and weights, one entry for each output sample; the weights are in `weights`, back to back.
    windows: Vec<Window>,
    weights: Vec<i32>,
}

struct Window {
    first_input: usize,
    first_weight: usize,
    len: usize,
}

impl Taps {
    fn new(n_in: u32, n_out: u32) -> Self {
        let scale = f64::from(n_in) / f64::from(n_out);
        // Reducing widens the filter, so that every input sample counts.
        let filter_scale = scale.max(1.0);
        let support = SUPPORT_PX * filter_scale;
        let inverse = 1.0 / filter_scale;
        let mut taps = Self { windows: Vec::with_capacity(n_out as usize), weights: Vec::new() };
        let mut window_weights = Vec::new();
        for output in 0..n_out {
            let centre = (f64::from(output) + 0.5) * scale;
            // Truncation, not floor: the reference casts to int.
            let first = ((centre - support + 0.5) as i64).max(0);
            let end = ((centre + support + 0.5) as i64).min(i64::from(n_in));
            window_weights.clear();
            window_weights.extend((first..end).map(|input| cubic((input as f64 - centre + 0.5) * inverse)));
            let sum: f64 = window_weights.iter().sum();
            let normalise = if sum == 0.0 { 1.0 } else { 1.0 / sum };
            taps.windows.push(Window {
                first_input: first as usize,
                first_weight: taps.weights.len(),
                len: window_weights.len(),
            });
            taps.weights.extend(window_weights.iter().map(|&weight| to_fixed(weight * normalise)));
        }
        taps
    }

    /// First input sample and the weights of one output sample.
    fn iter(&self) -> impl Iterator<Item = (usize, &[i32])> {
        self.windows.iter().map(|window| {
            (window.first_input, &self.weights[window.first_weight..window.first_weight + window.len])
        })
    }
}

/// Keys' cubic convolution kernel with a = -0.5.
fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

/// Half away from zero.
fn to_fixed(weight: f64) -> i32 {
    let scaled = weight * f64::from(1 << WEIGHT_BITS);
    (if weight < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32
}

fn to_byte(sum: i32) -> u8 {
    (sum >> WEIGHT_BITS).clamp(0, 255) as u8
}

/// Along the rows: every row is resized to `width` pixels.
fn resize_rows(image: &RgbImage, width: u32) -> RgbImage {
    let taps = Taps::new(image.width(), width);
    let mut out = RgbImage::new(width, image.height());
    let row_bytes = CHANNELS * image.width() as usize;
    let out_row_bytes = CHANNELS * width as usize;
    for (row, out_row) in image.as_raw().chunks_exact(row_bytes).zip(out.chunks_exact_mut(out_row_bytes)) {
        for (out_pixel, (first, weights)) in out_row.chunks_exact_mut(CHANNELS).zip(taps.iter()) {
            let pixels = row[CHANNELS * first..][..CHANNELS * weights.len()].chunks_exact(CHANNELS);
            let mut sums = [HALF; CHANNELS];
            for (pixel, &weight) in pixels.zip(weights) {
                for (sum, &sample) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(sample) * weight;
                }
            }
            for (out_sample, sum) in out_pixel.iter_mut().zip(sums) {
                *out_sample = to_byte(sum);
            }
        }
    }
    out
}

/// Along the columns: `height` rows, each a weighted sum of whole input rows.
fn resize_columns(image: &RgbImage, height: u32) -> RgbImage {
    let taps = Taps::new(image.height(), height);
    let mut out = RgbImage::new(image.width(), height);
    let row_bytes = CHANNELS * image.width() as usize;
    let mut sums = vec![HALF; row_bytes];
    for (out_row, (first, weights)) in out.chunks_exact_mut(row_bytes).zip(taps.iter()) {
        sums.fill(HALF);
        let rows = image.as_raw()[row_bytes * first..].chunks_exact(row_bytes);
        for (row, &weight) in rows.zip(weights) {
            for (sum, &sample) in sums.iter_mut().zip(row) {
                *sum += i32::from(sample) * weight;
            }
        }
        for (out_sample, &sum) in out_row.iter_mut().zip(&sums) {
            *out_sample = to_byte(sum);
        }
    }
    out
}
