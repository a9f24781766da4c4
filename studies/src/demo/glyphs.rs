//! A ten-class set of small grey images: geometric figures, drawn from distance fields.
//!
//! Each image shows one figure made of strokes. The figure is scaled (differently along its two axes), sheared,
//! rotated and moved at random; every pixel then takes its grey value from its distance to the nearest stroke, so
//! edges are anti-aliased and blur is part of the drawing instead of a filter behind it:
//!
//! ```text
//! ink(pixel)  = smoothstep((stroke / 2 + blur - distance) / (2 blur))
//! grey(pixel) = background + contrast ink + noise
//! ```
//!
//! Noise, low contrast and strong distortion are there on purpose: a small network gets most images right, but not
//! all, and so has something to lose when its weights become conductances.
//!
//! Image `index` of a [`Split`] is drawn from a random stream of its own. It is the same image whatever else was
//! drawn before it, on however many threads.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Width and height of an image, in pixels.
pub const SIDE: usize = 16;

/// Pixels in an image.
pub const PIXELS: usize = SIDE * SIDE;

/// Number of classes.
pub const CLASSES: usize = 10;

/// What the figures are called; the position is the label.
pub const CLASS_NAMES: [&str; CLASSES] = [
    "ring", "bar", "plus", "tee", "corner", "triangle", "square", "arc", "zigzag", "fork",
];

/// The seed of the images that the demo's network was trained and measured on.
pub const DEMO_SEED: u64 = 16;

/// One of three sets of images that have no image in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// Images a network is trained on.
    Train,
    /// Images that ranges of converters and activations are chosen with.
    Calibration,
    /// Images that accuracy is measured on.
    Test,
}

impl Split {
    /// The random stream of the split's first image. Each split has room for 2^32 images.
    fn first_stream(self) -> u64 {
        let position: u64 = match self {
            Self::Train => 0,
            Self::Calibration => 1,
            Self::Test => 2,
        };
        position << 32
    }
}

/// A grey image and the class of the figure on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// Grey values row by row from the top, 0 is black.
    pub pixels: [u8; PIXELS],
    /// Position of the class in [`CLASS_NAMES`].
    pub label: u8,
}

/// The first `count` images of a split. Labels take turns, so every class is equally frequent.
pub fn glyphs(seed: u64, split: Split, count: u32) -> impl ExactSizeIterator<Item = Glyph> {
    (0..count).map(move |index| glyph(seed, split, index))
}

/// Image `index` of a split; its label is `index` modulo [`CLASSES`].
pub fn glyph(seed: u64, split: Split, index: u32) -> Glyph {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(split.first_stream() + u64::from(index));

    let label = (index % CLASSES as u32) as u8;
    let pose = Pose::draw(&mut rng);
    let ink = Ink::draw(&mut rng);

    let strokes: Vec<(Point, Point)> = figure(label)
        .iter()
        .flat_map(|line| line.windows(2))
        .map(|ends| (pose.place(ends[0]), pose.place(ends[1])))
        .collect();

    let mut pixels = [0; PIXELS];
    for (position, pixel) in pixels.iter_mut().enumerate() {
        let centre = [
            (position % SIDE) as f64 + 0.5,
            (position / SIDE) as f64 + 0.5,
        ];
        let distance = strokes
            .iter()
            .map(|&stroke| distance_to_stroke(centre, stroke))
            .fold(f64::INFINITY, f64::min);
        let noise: f64 = rng.sample(StandardNormal);
        let grey = ink.grey(distance) + ink.noise * noise;
        *pixel = (grey * 255.0).round().clamp(0.0, 255.0) as u8;
    }
    Glyph { pixels, label }
}

type Point = [f64; 2];

/// Where on the image a figure lies, and how distorted it is.
struct Pose {
    /// Maps the figure's unit square, centred on the origin, to pixels around the centre.
    matrix: [[f64; 2]; 2],
    centre: Point,
}

impl Pose {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let width: f64 = rng.random_range(3.2..5.8);
        let height: f64 = rng.random_range(3.2..5.8);
        let shear: f64 = rng.random_range(-0.35..0.35);
        let angle: f64 = rng.random_range(-0.5..0.5);
        let middle = SIDE as f64 / 2.0;
        let centre = [
            middle + rng.random_range(-1.8..1.8),
            middle + rng.random_range(-1.8..1.8),
        ];
        let (sin, cos) = angle.sin_cos();
        // Rotation x (shear x scale).
        Self {
            matrix: [
                [cos * width, (cos * shear - sin) * height],
                [sin * width, (sin * shear + cos) * height],
            ],
            centre,
        }
    }

    fn place(&self, [x, y]: Point) -> Point {
        let [[a, b], [c, d]] = self.matrix;
        [
            a * x + b * y + self.centre[0],
            c * x + d * y + self.centre[1],
        ]
    }
}

/// How a figure is drawn; lengths in pixels, grey values as a fraction of white.
struct Ink {
    stroke: f64,
    blur: f64,
    background: f64,
    contrast: f64,
    noise: f64,
}

impl Ink {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        Self {
            stroke: rng.random_range(0.8..2.2),
            blur: rng.random_range(0.5..1.5),
            background: rng.random_range(0.0..0.2),
            contrast: rng.random_range(0.35..0.8),
            noise: rng.random_range(0.02..0.14),
        }
    }

    fn grey(&self, distance: f64) -> f64 {
        let depth = (self.stroke / 2.0 + self.blur - distance) / (2.0 * self.blur);
        let depth = depth.clamp(0.0, 1.0);
        self.background + self.contrast * depth * depth * (3.0 - 2.0 * depth)
    }
}

/// The lines of a figure within the square from (-1, -1) to (1, 1), y downwards.
fn figure(label: u8) -> Vec<Vec<Point>> {
    match label {
        0 => vec![circle_arc(0.0, 360.0)],
        1 => vec![vec![[0.0, -1.0], [0.0, 1.0]]],
        2 => vec![vec![[0.0, -1.0], [0.0, 1.0]], vec![[-1.0, 0.0], [1.0, 0.0]]],
        3 => vec![
            vec![[-1.0, -1.0], [1.0, -1.0]],
            vec![[0.0, -1.0], [0.0, 1.0]],
        ],
        4 => vec![vec![[-0.8, -1.0], [-0.8, 1.0], [0.8, 1.0]]],
        5 => vec![vec![[0.0, -1.0], [1.0, 0.8], [-1.0, 0.8], [0.0, -1.0]]],
        6 => vec![vec![
            [-0.9, -0.9],
            [0.9, -0.9],
            [0.9, 0.9],
            [-0.9, 0.9],
            [-0.9, -0.9],
        ]],
        7 => vec![circle_arc(50.0, 310.0)],
        8 => vec![vec![[-0.9, -0.9], [0.9, -0.9], [-0.9, 0.9], [0.9, 0.9]]],
        _ => vec![
            vec![[-0.9, -1.0], [0.0, 0.0], [0.9, -1.0]],
            vec![[0.0, 0.0], [0.0, 1.0]],
        ],
    }
}

/// A part of the unit circle as a line with corners 15 degrees apart: at this size nobody sees them.
fn circle_arc(from_degrees: f64, to_degrees: f64) -> Vec<Point> {
    let steps = ((to_degrees - from_degrees) / 15.0).ceil();
    (0..=steps as usize)
        .map(|step| {
            let share = step as f64 / steps;
            let angle = (from_degrees + share * (to_degrees - from_degrees)).to_radians();
            [angle.cos(), angle.sin()]
        })
        .collect()
}

fn distance_to_stroke(point: Point, (start, end): (Point, Point)) -> f64 {
    let along = [end[0] - start[0], end[1] - start[1]];
    let to_point = [point[0] - start[0], point[1] - start[1]];
    let length_squared = along[0] * along[0] + along[1] * along[1];
    let share =
        ((to_point[0] * along[0] + to_point[1] * along[1]) / length_squared).clamp(0.0, 1.0);
    (to_point[0] - share * along[0]).hypot(to_point[1] - share * along[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a over the pixels and labels of the first images.
    fn checksum(split: Split) -> u64 {
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        for image in glyphs(DEMO_SEED, split, 100) {
            for byte in image.pixels.into_iter().chain([image.label]) {
                sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        sum
    }

    /// The demo's network was trained on exactly these images: who changes them has to train it again.
    #[test]
    fn images_never_change() {
        let sums = [Split::Train, Split::Calibration, Split::Test].map(checksum);
        assert_eq!(
            sums,
            [
                0x03ab_46cd_fbb8_ebe4,
                0xad71_4b9e_138e_23b5,
                0x4c1c_6656_e0b0_2ec8,
            ]
        );
    }

    #[test]
    fn an_image_does_not_depend_on_the_others() {
        let forwards: Vec<Glyph> = glyphs(7, Split::Test, 20).collect();
        let mut backwards: Vec<Glyph> = (0..20)
            .rev()
            .map(|index| glyph(7, Split::Test, index))
            .collect();
        backwards.reverse();
        assert_eq!(forwards, backwards);
    }

    #[test]
    fn classes_are_equally_frequent() {
        let mut counts = [0; CLASSES];
        for image in glyphs(DEMO_SEED, Split::Calibration, 500) {
            counts[usize::from(image.label)] += 1;
        }
        assert_eq!(counts, [50; CLASSES]);
    }

    #[test]
    fn images_differ_between_indices_splits_and_seeds() {
        let mut images: Vec<[u8; PIXELS]> = [Split::Train, Split::Calibration, Split::Test]
            .into_iter()
            .flat_map(|split| [1, 2].map(|seed| (split, seed)))
            .flat_map(|(split, seed)| glyphs(seed, split, 50))
            .map(|image| image.pixels)
            .collect();
        images.sort_unstable();
        assert!(images.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn every_image_shows_something() {
        for image in glyphs(DEMO_SEED, Split::Train, 500) {
            let darkest = image.pixels.iter().min();
            let lightest = image.pixels.iter().max();
            assert!(
                lightest
                    .zip(darkest)
                    .is_some_and(|(light, dark)| light - dark > 60)
            );
        }
    }
}
