//! Tiles and what lies in them.

use std::path::Path;

use plotters::prelude::{Color, DrawingBackend, RGBColor, Rectangle, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::chart::colour;
use super::error::PlotError;
use super::figure::{
    Area, Drawn, FAINT_INK, Figure, Format, INK, TICK_SIZE, UNITS_PER_PIXEL, fitted, px,
    text_style, text_width, write,
};

/// Tiles that are drawn at most.
const MOST_TILES: usize = 100;
const TILES_BESIDE: usize = 10;
/// Lengths in CSS pixels.
const LARGEST_SIDE: f64 = 150.0;
const ROOM: f64 = 800.0;
const GAP: f64 = 14.0;
const NUMBER_HEIGHT: f64 = 16.0;
const KEY_HEIGHT: f64 = 20.0;
const KEY_SIDE: f64 = 11.0;
const WIDEST_NAME: f64 = 220.0;

/// A rectangle of a tile in use. Row 0 is at the top, column 0 at the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Index of the tile.
    pub tile: usize,
    /// First row.
    pub row: usize,
    /// First column.
    pub column: usize,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Index of what lies there in the names.
    pub owner: usize,
}

/// A floorplan: tiles of one size side by side, regions in the colours of their owners.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FloorplanSpec {
    /// Above the plot.
    pub title: String,
    /// Rows of a tile.
    pub tile_rows: usize,
    /// Columns of a tile.
    pub tile_columns: usize,
    /// Number of tiles.
    pub tiles: usize,
    /// What is in use.
    pub regions: Vec<Region>,
    /// Names of the owners.
    pub names: Vec<String>,
}

/// Writes a floorplan to a file; the file's name ends in `.svg` or `.png`. Of more than a hundred tiles the first hundred are shown, and
/// the plot says so.
pub fn floorplan(path: impl AsRef<Path>, spec: &FloorplanSpec) -> Result<(), PlotError> {
    let path = path.as_ref();
    let format = Format::of(path)?;
    check(spec)?;
    write(&Layout::new(spec), path, format)
}

fn check(spec: &FloorplanSpec) -> Result<(), PlotError> {
    if spec.tiles == 0 || spec.tile_rows == 0 || spec.tile_columns == 0 {
        return Err(PlotError::NoData {
            title: spec.title.clone(),
            reason: "there are no tiles".to_owned(),
        });
    }
    for (index, region) in spec.regions.iter().enumerate() {
        let fits = |first: usize, length: usize, size: usize| {
            first.checked_add(length).is_some_and(|end| end <= size)
        };
        let (value, reason) = if region.tile >= spec.tiles {
            (region.tile, "tile: there is none of that number")
        } else if region.owner >= spec.names.len() {
            (region.owner, "owner: it has no name")
        } else if !fits(region.row, region.rows, spec.tile_rows) {
            (region.row, "row: the region does not lie in its tile")
        } else if !fits(region.column, region.columns, spec.tile_columns) {
            (region.column, "column: the region does not lie in its tile")
        } else {
            continue;
        };
        return Err(PlotError::BadValue {
            title: spec.title.clone(),
            place: format!("region {index}"),
            value: value as f64,
            reason: reason.to_owned(),
        });
    }
    Ok(())
}

/// An owner's colour: seven hues, each in three shades.
fn shade(owner: usize) -> ShapeStyle {
    let white = [0.2, 0.5, 0.75][owner / 7 % 3];
    let RGBColor(red, green, blue) = colour(owner);
    let light = |part: u8| (f64::from(part) * (1.0 - white) + 255.0 * white).round() as u8;
    RGBColor(light(red), light(green), light(blue)).filled()
}

/// A floorplan with all sizes settled, in CSS pixels.
struct Layout<'a> {
    spec: &'a FloorplanSpec,
    shown: usize,
    beside: usize,
    /// Size of a tile.
    width: f64,
    height: f64,
    keys: Vec<Key>,
    keys_height: f64,
    remark: String,
}

/// A name with its place below the tiles.
struct Key {
    name: String,
    owner: usize,
    left: f64,
    top: f64,
}

impl<'a> Layout<'a> {
    fn new(spec: &'a FloorplanSpec) -> Self {
        let shown = spec.tiles.min(MOST_TILES);
        let beside = shown.min(TILES_BESIDE);
        let side = (ROOM / beside as f64 - GAP).min(LARGEST_SIDE);
        let longest = spec.tile_rows.max(spec.tile_columns) as f64;
        // A very long tile is drawn shorter than it is.
        let length = |cells: usize| (side * cells as f64 / longest).max(side / 8.0);
        let (width, height) = (length(spec.tile_columns), length(spec.tile_rows));
        let whole = (beside as f64 * (width + GAP)).max(WIDEST_NAME + 60.0);
        let (mut left, mut top) = (0.0, 0.0);
        let mut keys = Vec::new();
        for (owner, name) in spec.names.iter().enumerate() {
            let name = fitted(name, TICK_SIZE, WIDEST_NAME);
            let length = KEY_SIDE + 6.0 + text_width(&name, TICK_SIZE) + 18.0;
            if left > 0.0 && left + length > whole {
                (left, top) = (0.0, top + KEY_HEIGHT);
            }
            keys.push(Key {
                name,
                owner,
                left,
                top,
            });
            left += length;
        }
        let size = format!("{} × {} cells each", spec.tile_rows, spec.tile_columns);
        let remark = if shown < spec.tiles {
            format!("the first {shown} of {} tiles, {size}", spec.tiles)
        } else {
            format!("{} tiles, {size}", spec.tiles)
        };
        Self {
            spec,
            shown,
            beside,
            width,
            height,
            keys,
            keys_height: top + KEY_HEIGHT,
            remark,
        }
    }

    /// Upper left corner of a tile.
    fn corner(&self, tile: usize) -> (f64, f64) {
        let (column, row) = (tile % self.beside, tile / self.beside);
        (
            column as f64 * (self.width + GAP),
            row as f64 * (self.height + NUMBER_HEIGHT + GAP) + NUMBER_HEIGHT,
        )
    }

    fn tiles_height(&self) -> f64 {
        self.corner(self.shown - 1).1 + self.height + GAP
    }
}

impl Figure for Layout<'_> {
    fn title(&self) -> &str {
        &self.spec.title
    }

    fn size(&self) -> (f64, f64) {
        let tiles = self.beside as f64 * (self.width + GAP);
        let width = tiles
            .max(WIDEST_NAME + 60.0)
            .max(text_width(&self.remark, TICK_SIZE));
        (width, self.tiles_height() + self.keys_height + KEY_HEIGHT)
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let number = text_style(TICK_SIZE)
            .color(&FAINT_INK)
            .pos(Pos::new(HPos::Left, VPos::Bottom));
        let frame = INK.stroke_width(UNITS_PER_PIXEL);
        let place = |left: f64, top: f64| (px(left), px(top));
        for tile in 0..self.shown {
            let (left, top) = self.corner(tile);
            area.draw_text(&tile.to_string(), &number, place(left, top - 1.0))?;
        }
        let cell = (
            self.width / self.spec.tile_columns as f64,
            self.height / self.spec.tile_rows as f64,
        );
        for region in self
            .spec
            .regions
            .iter()
            .filter(|region| region.tile < self.shown)
        {
            let (left, top) = self.corner(region.tile);
            let at = |row: usize, column: usize| {
                place(left + column as f64 * cell.0, top + row as f64 * cell.1)
            };
            let corners = [
                at(region.row, region.column),
                at(region.row + region.rows, region.column + region.columns),
            ];
            let fill = shade(region.owner);
            area.draw(&Rectangle::new(corners, fill))?;
            area.draw(&Rectangle::new(
                corners,
                FAINT_INK.stroke_width(UNITS_PER_PIXEL / 2),
            ))?;
        }
        for tile in 0..self.shown {
            let (left, top) = self.corner(tile);
            let corners = [
                place(left, top),
                place(left + self.width, top + self.height),
            ];
            area.draw(&Rectangle::new(corners, frame))?;
        }
        let name = text_style(TICK_SIZE).pos(Pos::new(HPos::Left, VPos::Center));
        for key in &self.keys {
            let middle = self.tiles_height() + key.top + KEY_HEIGHT / 2.0;
            let corners = [
                place(key.left, middle - KEY_SIDE / 2.0),
                place(key.left + KEY_SIDE, middle + KEY_SIDE / 2.0),
            ];
            let fill = shade(key.owner);
            area.draw(&Rectangle::new(corners, fill))?;
            area.draw_text(&key.name, &name, place(key.left + KEY_SIDE + 6.0, middle))?;
        }
        let remark = text_style(TICK_SIZE)
            .color(&FAINT_INK)
            .pos(Pos::new(HPos::Left, VPos::Center));
        let below = self.tiles_height() + self.keys_height + KEY_HEIGHT / 2.0;
        area.draw_text(&self.remark, &remark, place(0.0, below))
    }
}
