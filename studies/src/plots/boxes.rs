//! Box plots: how samples spread, category by category.

use std::path::Path;

use plotters::prelude::{
    ChartBuilder, Circle, Color, DrawingBackend, EmptyElement, PathElement, Rectangle,
};

use super::axis::{Axis, refuse};
use super::chart::colour;
use super::error::PlotError;
use super::figure::{
    Area, BELOW_FRAME, Context, Drawn, Figure, Format, LABEL_SIZE, TICK_LENGTH, TICK_SIZE,
    UNITS_PER_PIXEL, draw_axes, draw_frame, draw_names, px, widest, write,
};
use super::legend::{LEGEND_GAP, Legend};
use super::ruler::Ruler;

/// Lengths in CSS pixels.
const NARROWEST: f64 = 420.0;
const HEIGHT: f64 = 290.0;
/// Of one box with the space around it.
const BOX_STEP: f64 = 17.0;
const LEGEND_SAMPLE: f64 = 14.0;
const OUTLIER_RADIUS: f64 = 2.2;

/// Share of a category that its boxes take, and of a box's place that the box takes.
const CATEGORY_SHARE: f64 = 0.84;
const BOX_SHARE: f64 = 0.8;

/// Whiskers end at the last sample within so many heights of the box (J. W. Tukey, Exploratory Data Analysis, 1977).
const WHISKER: f64 = 1.5;

/// A box plot: a box for each group in each category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoxPlotSpec {
    /// Above the plot.
    pub title: String,
    /// What the categories are.
    pub category_label: String,
    /// What stands below each category.
    pub categories: Vec<String>,
    /// The axis along the left side.
    pub y: Axis,
    /// The groups, side by side in each category.
    pub groups: Vec<BoxGroup>,
}

/// Boxes of one colour.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoxGroup {
    /// Its name in the legend; a group without a name is not in the legend.
    pub name: String,
    /// Samples of each category; a category without samples has no box.
    pub samples: Vec<Vec<f64>>,
}

/// What a box shows.
#[derive(Clone, Debug, PartialEq)]
struct Summary {
    /// Lower whisker, quartiles, upper whisker.
    levels: [f64; 5],
    outliers: Vec<f64>,
}

impl Summary {
    /// Of at least one sample. Quartiles are interpolated between order statistics (definition 7 of R. J. Hyndman and Y. Fan, The American
    /// Statistician 50, 1996).
    fn of(samples: &[f64]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let quantile = |share: f64| {
            let place = share * (sorted.len() - 1) as f64;
            let (below, above) = (
                sorted[place.floor() as usize],
                sorted[place.ceil() as usize],
            );
            below + place.fract() * (above - below)
        };
        let [lower, median, upper] = [0.25, 0.5, 0.75].map(quantile);
        let reach = WHISKER * (upper - lower);
        let is_near = |sample: &f64| (lower - reach..=upper + reach).contains(sample);
        let near = || sorted.iter().copied().filter(is_near);
        Self {
            levels: [
                near().fold(lower, f64::min),
                lower,
                median,
                upper,
                near().fold(upper, f64::max),
            ],
            outliers: sorted.iter().copied().filter(|s| !is_near(s)).collect(),
        }
    }
}

/// Writes a box plot to a file; the file's name ends in `.svg` or `.png`.
///
/// # Errors
/// Another ending; groups without a list for each category; samples that have no place on the axis; no samples at all; a file that cannot be
/// written.
pub fn boxes(path: impl AsRef<Path>, spec: &BoxPlotSpec) -> Result<(), PlotError> {
    let path = path.as_ref();
    let format = Format::of(path)?;
    let range = check(spec)?;
    write(&Boxes::new(spec, range)?, path, format)
}

/// The least and the greatest sample.
fn check(spec: &BoxPlotSpec) -> Result<(f64, f64), PlotError> {
    let title = || spec.title.clone();
    let mut range: Option<(f64, f64)> = None;
    for group in &spec.groups {
        if group.samples.len() != spec.categories.len() {
            let (lists, categories) = (group.samples.len(), spec.categories.len());
            return Err(PlotError::NoData {
                title: title(),
                reason: format!(
                    "{lists} lists of samples of the group `{}` for {categories} categories",
                    group.name
                ),
            });
        }
        for (category, samples) in group.samples.iter().enumerate() {
            for &sample in samples {
                if let Some(reason) = refuse(sample, spec.y.scale) {
                    return Err(PlotError::BadValue {
                        title: title(),
                        place: format!(
                            "a sample of the group `{}` in the category `{}`",
                            group.name, spec.categories[category]
                        ),
                        value: sample,
                        reason: reason.to_owned(),
                    });
                }
                let (least, greatest) = range.unwrap_or((sample, sample));
                range = Some((least.min(sample), greatest.max(sample)));
            }
        }
    }
    range.ok_or_else(|| PlotError::NoData {
        title: title(),
        reason: "there are no samples".to_owned(),
    })
}

/// A box plot with all sizes settled.
struct Boxes<'a> {
    spec: &'a BoxPlotSpec,
    x: Ruler,
    y: Ruler,
    width: f64,
    height: f64,
    left: f64,
    legend: Legend,
}

impl<'a> Boxes<'a> {
    fn new(spec: &'a BoxPlotSpec, range: (f64, f64)) -> Result<Self, PlotError> {
        let y = Ruler::new(&spec.y, range, true, 7, &spec.title)?;
        let count = spec.categories.len();
        let wide = BOX_STEP * (count * spec.groups.len()) as f64 / CATEGORY_SHARE;
        let names = widest(&spec.categories, TICK_SIZE) + 8.0;
        let width = NARROWEST.max(wide).max(names * count as f64);
        let numbers: Vec<usize> = (0..count).collect();
        let names = spec.groups.iter().map(|group| &group.name);
        let legend = Legend::new(names, LEGEND_SAMPLE);
        Ok(Self {
            spec,
            x: Ruler::naming(0, count, &numbers, &spec.categories),
            width,
            height: HEIGHT.max(legend.height()),
            left: LABEL_SIZE + 8.0 + widest(y.labels(), TICK_SIZE) + 2.0 * TICK_LENGTH,
            y,
            legend,
        })
    }

    fn draw_box<DB: DrawingBackend>(
        &self,
        context: &mut Context<DB>,
        (group, category): (usize, usize),
        samples: &[f64],
    ) -> Drawn<DB> {
        let summary = Summary::of(samples);
        let step = CATEGORY_SHARE / self.spec.groups.len() as f64;
        let start = category as f64 + 0.5 * (1.0 - CATEGORY_SHARE);
        let middle = start + (group as f64 + 0.5) * step;
        let half = 0.5 * BOX_SHARE * step;
        let (left, right) = (middle - half, middle + half);
        let place = |level: f64| self.y.at(self.y.share(level).clamp(0.0, 1.0));
        let [low, lower, median, upper, high] = summary.levels.map(place);
        let thin = colour(group).stroke_width(UNITS_PER_PIXEL);
        let thick = colour(group).stroke_width(px(2.2).cast_unsigned());
        let pale = colour(group).mix(0.25).filled();
        let corners = [(left, lower), (right, upper)];
        context.draw_series([Rectangle::new(corners, pale)])?;
        context.draw_series([Rectangle::new(corners, thin)])?;
        let cap = 0.5 * half;
        let strokes = [
            [(middle, low), (middle, lower)],
            [(middle, upper), (middle, high)],
            [(middle - cap, low), (middle + cap, low)],
            [(middle - cap, high), (middle + cap, high)],
        ];
        context.draw_series(strokes.map(|stroke| PathElement::new(stroke, thin)))?;
        context.draw_series([PathElement::new([(left, median), (right, median)], thick)])?;
        let dots = summary.outliers.iter().map(|&outlier| {
            let at = (middle, place(outlier));
            Circle::new(at, px(OUTLIER_RADIUS), colour(group).filled())
        });
        context.draw_series(dots)?;
        Ok(())
    }

    fn draw_legend<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let mut context = ChartBuilder::on(area).build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        for &(number, ref name) in &self.legend.names {
            let sample = move |at| {
                let half = px(0.36 * LEGEND_SAMPLE);
                let corners = [(0, -half), (px(LEGEND_SAMPLE), half)];
                let pale = colour(number).mix(0.25).filled();
                let outline = colour(number).stroke_width(UNITS_PER_PIXEL);
                EmptyElement::at(at)
                    + Rectangle::new(corners, pale)
                    + Rectangle::new(corners, outline)
            };
            let nothing = std::iter::empty::<Circle<(f64, f64), i32>>();
            context.draw_series(nothing)?.label(name).legend(sample);
        }
        draw_names(&mut context, (LEGEND_GAP, 0.0), LEGEND_SAMPLE + 6.0)
    }
}

impl Figure for Boxes<'_> {
    fn title(&self) -> &str {
        &self.spec.title
    }

    fn size(&self) -> (f64, f64) {
        (
            self.left + self.width + self.legend.width(),
            self.height + BELOW_FRAME,
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>) -> Drawn<DB> {
        let (plot, legend) = area.split_horizontally(px(self.left + self.width));
        let mut context = ChartBuilder::on(&plot)
            .x_label_area_size(px(BELOW_FRAME))
            .y_label_area_size(px(self.left))
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
        draw_axes(
            &mut context,
            true,
            &self.spec.category_label,
            self.y.caption(),
        )?;
        for (number, group) in self.spec.groups.iter().enumerate() {
            let filled = group.samples.iter().enumerate();
            for (category, samples) in filled.filter(|(_, samples)| !samples.is_empty()) {
                self.draw_box(&mut context, (number, category), samples)?;
            }
        }
        draw_frame(&mut context)?;
        if self.legend.is_empty() {
            Ok(())
        } else {
            self.draw_legend(&legend)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn quartiles_whiskers_and_outliers() {
        let found = Summary::of(&[5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(found.levels, [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!(found.outliers.is_empty());
        // Quartiles 1 and 4.25: whiskers reach at most to -3.875 and 9.125.
        let found = Summary::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 20.0, 1.0]);
        assert_eq!(found.levels, [0.0, 1.0, 2.5, 4.25, 5.0]);
        assert_eq!(found.outliers, [20.0]);
        let single = Summary::of(&[7.0]);
        assert_eq!(single.levels, [7.0; 5]);
    }
}
