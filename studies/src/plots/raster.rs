//! Bitmaps with smooth edges: drawn larger than asked for, then averaged.

use std::convert::Infallible;
use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, OutlinedGlyph, PxScale, ScaleFont};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::figure::UNITS_PER_PIXEL;

/// A subset of `DejaVu Sans`; `studies/fonts/README.md` says how it was made.
pub(super) const FONT_FILE: &[u8] = include_bytes!("../../fonts/DejaVuSans-subset.ttf");

static FONT: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(FONT_FILE).expect("the bundled font is a font: a test loads it")
});

/// Pixels of a PNG file per CSS pixel: sharp on dense screens and in print.
const PNG_PIXELS: u32 = 2;

/// Side of the square of units that becomes one pixel of the PNG file.
const UNITS_PER_PNG_PIXEL: u32 = UNITS_PER_PIXEL / PNG_PIXELS;

/// CSS pixels are 1/96 inch wide; a PNG file states its resolution in pixels per metre.
const PNG_PIXELS_PER_METRE: u32 = (96.0 / 0.0254) as u32 * PNG_PIXELS;

/// Draws on a bitmap of the given size in CSS pixels, and encodes it.
pub(super) fn to_png(
    (width, height): (u32, u32),
    draw: impl FnOnce(Raster<'_>) -> Result<(), String>,
) -> Result<Vec<u8>, String> {
    let size = (width * UNITS_PER_PIXEL, height * UNITS_PER_PIXEL);
    let mut pixels = vec![255; size.0 as usize * size.1 as usize * 3];
    draw(Raster {
        size,
        pixels: &mut pixels,
    })?;
    let (width, height) = (width * PNG_PIXELS, height * PNG_PIXELS);
    encode(
        (width, height),
        &averaged(&pixels, width as usize, height as usize),
    )
    .map_err(|error| error.to_string())
}

fn encode((width, height): (u32, u32), pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: PNG_PIXELS_PER_METRE,
        yppu: PNG_PIXELS_PER_METRE,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

/// Averages squares of units.
fn averaged(pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
    let side = UNITS_PER_PNG_PIXEL as usize;
    let stride = width * side * 3;
    let area = (side * side) as u32;
    let mut small = Vec::with_capacity(width * height * 3);
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        for channel in 0..3 {
            let sum: u32 = (0..side * side)
                .map(|unit| {
                    let row = y * side + unit / side;
                    let column = x * side + unit % side;
                    u32::from(pixels[row * stride + column * 3 + channel])
                })
                .sum();
            small.push(((sum + area / 2) / area) as u8);
        }
    }
    small
}

/// A bitmap to draw on, one pixel per unit, red, green and blue.
///
/// Rectangles, circles and polygons are those of the plotting library; its lines tear at sharp bends and its text is
/// spaced unevenly, so these two are drawn here.
pub(super) struct Raster<'a> {
    size: (u32, u32),
    pixels: &'a mut [u8],
}

impl DrawingBackend for Raster<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Infallible>> {
        Ok(())
    }

    fn draw_pixel(
        &mut self,
        (x, y): BackendCoord,
        color: BackendColor,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let (x, y) = (x.cast_unsigned(), y.cast_unsigned());
        if x < self.size.0 && y < self.size.1 {
            let start = (y as usize * self.size.0 as usize + x as usize) * 3;
            let (red, green, blue) = color.rgb;
            for (below, above) in self.pixels[start..start + 3]
                .iter_mut()
                .zip([red, green, blue])
            {
                let mixed =
                    f64::from(*below) + color.alpha * (f64::from(above) - f64::from(*below));
                *below = mixed.round() as u8;
            }
        }
        Ok(())
    }

    /// Each piece of the line is a rectangle; round joints between them.
    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let half = (style.stroke_width() / 2).max(1).cast_signed();
        let colour = style.color(); // a plain colour, so that rectangles and circles have no outline
        let points: Vec<BackendCoord> = path.into_iter().collect();
        for (position, ends) in points.windows(2).enumerate() {
            let [from, to] = [ends[0], ends[1]];
            if from != to {
                self.fill_polygon(outline(from, to, f64::from(half)), &colour)?;
            }
            if position > 0 {
                self.draw_circle(from, half.unsigned_abs(), &colour, true)?;
            }
        }
        Ok(())
    }

    /// The baseline is where it is in SVG files.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let em = style.size() / 1.24;
        let baseline = match style.anchor().v_pos {
            VPos::Top => 0.76 * em,
            VPos::Center => 0.2735 * em,
            VPos::Bottom => -0.2735 * em,
        };
        let (glyphs, width) = laid_out(text, style.size() as f32);
        let before = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => width / 2.0,
            HPos::Right => width,
        };
        let (before, down) = (before.round() as i32, baseline.round() as i32);
        for glyph in glyphs {
            let corner = glyph.px_bounds().min;
            glyph.draw(|along, below, coverage| {
                let along = along.cast_signed() + corner.x as i32 - before;
                let below = below.cast_signed() + corner.y as i32 + down;
                let (dx, dy) = style.transform().transform(along, below);
                let coverage = f64::from(coverage.clamp(0.0, 1.0));
                let Ok(()) = self.draw_pixel((x + dx, y + dy), style.color().mix(coverage)) else {
                    unreachable!("drawing on a bitmap does not fail");
                };
            });
        }
        Ok(())
    }
}

/// The outlines of a text's characters from the start of its baseline, and its width.
fn laid_out(text: &str, size: f32) -> (Vec<OutlinedGlyph>, f64) {
    let font = FONT.as_scaled(PxScale::from(size));
    let mut glyphs = Vec::new();
    let mut width = 0.0;
    for character in text.chars() {
        let id = font.glyph_id(character);
        let glyph = id.with_scale_and_position(size, ab_glyph::point(width, 0.0));
        width += font.h_advance(id);
        glyphs.extend(font.outline_glyph(glyph)); // a space has no outline
    }
    (glyphs, f64::from(width))
}

/// The corners of a straight line's outline.
fn outline(from: BackendCoord, to: BackendCoord, half_width: f64) -> [BackendCoord; 4] {
    let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let length = dx.hypot(dy);
    let (nx, ny) = (-dy / length * half_width, dx / length * half_width);
    let corner = |(x, y): BackendCoord, side: f64| {
        let x = f64::from(x) + side * nx;
        let y = f64::from(y) + side * ny;
        (x.round() as i32, y.round() as i32)
    };
    [
        corner(from, 1.0),
        corner(to, 1.0),
        corner(to, -1.0),
        corner(from, -1.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_the_signs_that_plots_use() {
        for sign in "AZaz09 Ωµμπσ±−×·²³⁻⁰¹⁹→≤≥∞%°ÄäÖöÜüßé…".chars()
        {
            assert_ne!(FONT.glyph_id(sign).0, 0, "no glyph for {sign}");
        }
    }
}
