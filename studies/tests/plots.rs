//! Plots as files: both formats, odd data, and what is refused.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use ohmloom_studies::plots::{
    Axis, BoxGroup, BoxPlotSpec, FloorplanSpec, HeatmapSpec, LineChartSpec, PlotError, Point,
    Region, Series, SeriesStyle, boxes, floorplan, heatmap, lines,
};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn small_heatmap() -> HeatmapSpec {
    let values = vec![1e-6, 2e-6, f64::NAN, 4e-6, 5e-6, 6e-6];
    HeatmapSpec::new("Programmed <first>", 2, 3, values).quantity("conductance", "S")
}

fn small_chart() -> LineChartSpec {
    let size = Axis::new("array size", "").logarithmic();
    LineChartSpec::new("Accuracy over size", size, Axis::new("accuracy", "%"))
        .with(Series::with_errors(
            "wires",
            [(64.0, 98.0, 0.2), (128.0, 97.0, 0.4), (256.0, 90.0, 1.0)],
        ))
        .with(Series::new("digital", [(64.0, 98.6), (256.0, 98.6)]).styled(SeriesStyle::DashedLine))
}

/// Width, height and RGB pixels.
fn decode(path: &Path) -> (u32, u32, Vec<u8>) {
    let bytes = fs::read(path).expect("the plot was written");
    let mut reader = png::Decoder::new(Cursor::new(bytes))
        .read_info()
        .expect("a PNG file");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a sensible size")];
    let info = reader.next_frame(&mut pixels).expect("pixels");
    (info.width, info.height, pixels)
}

fn written_svg(draw: impl FnOnce(&Path) -> Result<(), PlotError>) -> String {
    let folder = folder();
    let path = folder.path().join("plot.svg");
    draw(&path).expect("a plot");
    fs::read_to_string(&path).expect("the plot was written")
}

#[test]
fn an_svg_heatmap_has_its_labels() {
    let svg = written_svg(|path| heatmap(path, &small_heatmap()));
    for label in [
        "Programmed &lt;first&gt;",
        "row (word line)",
        "column (bit line)",
        "conductance (µS)",
        "no value",
        "sans-serif",
    ] {
        assert!(svg.contains(label), "no `{label}`");
    }
    assert!(svg.starts_with("<svg width=") && svg.trim_end().ends_with("</svg>"));
}

#[test]
fn an_svg_chart_has_its_labels() {
    let svg = written_svg(|path| lines(path, &small_chart()));
    for label in [
        "Accuracy over size",
        "array size",
        "accuracy (%)",
        "wires",
        "digital",
        "100",
        "200",
    ] {
        assert!(svg.contains(label), "no `{label}`");
    }
}

#[test]
fn png_files_have_twice_the_size_of_svg_files_and_are_not_blank() {
    let folder = folder();
    let path = folder.path().join("plot.PNG");
    let svg = written_svg(|path| lines(path, &small_chart()));
    lines(&path, &small_chart()).expect("a plot");
    let (width, height, pixels) = decode(&path);
    let size = format!("<svg width=\"{}\" height=\"{}\" ", width / 2, height / 2);
    assert!(svg.starts_with(&size), "{size} but {}", &svg[..60]);
    assert_eq!(pixels.len(), width as usize * height as usize * 3);
    let inked = pixels.iter().filter(|&&value| value < 128).count();
    assert!(inked > pixels.len() / 200);
}

#[test]
fn the_first_row_is_at_the_top() {
    let folder = folder();
    let path = folder.path().join("plot.png");
    // Only the upper left cell is light (yellow), the others are dark (violet).
    let spec = HeatmapSpec::new("", 2, 2, vec![1.0, 0.0, 0.0, 0.0]);
    heatmap(&path, &spec).expect("a plot");
    let (width, _, pixels) = decode(&path);
    let is_yellow = |pixel: &&[u8]| pixel[0] > 240 && pixel[1] > 220 && pixel[2] < 60;
    let yellow_rows: Vec<usize> = pixels
        .chunks_exact(3 * width as usize)
        .enumerate()
        .filter(|(_, row)| row.chunks_exact(3).filter(is_yellow).count() > 100)
        .map(|(row, _)| row)
        .collect();
    let rows = pixels.len() / 3 / width as usize;
    assert!(yellow_rows.len() > 100, "{} rows", yellow_rows.len());
    assert!(yellow_rows.iter().all(|&row| row < rows / 2));
}

#[test]
fn large_matrices_stay_small_files_and_say_that_they_are_averages() {
    let side: u32 = 2048;
    let values = (0..side * side)
        .map(|cell| f64::from(cell % 1013 * 7919 % 1013))
        .collect();
    let spec = HeatmapSpec::new("Large", side as usize, side as usize, values);
    let svg = written_svg(|path| heatmap(path, &spec));
    assert!(svg.len() < 3_000_000, "{} bytes", svg.len());
    assert!(svg.contains("each colour is the mean of 13 × 13 cells"));
}

#[test]
fn odd_shapes_and_values_are_plotted() {
    let folder = folder();
    let path = folder.path().join("plot.svg");
    for (rows, columns, value) in [
        (1, 1, 0.0),
        (1, 1, -3e-9),
        (1, 300, 1.0),
        (2048, 1, 1e99),
        (3, 3, 1e-310),
    ] {
        let spec = HeatmapSpec::new("", rows, columns, vec![value; rows * columns]);
        heatmap(&path, &spec).expect("a plot of a constant");
    }
    let long = "ohm ".repeat(10_000);
    let values = [f64::MIN_POSITIVE, 1e-300, f64::NAN, 5.0, -1e99];
    let points = || (0..).map(f64::from).zip(values);
    let chart = LineChartSpec::new(
        long.as_str(),
        Axis::default(),
        Axis::new(long.as_str(), "V"),
    )
    .with(Series::new(long.as_str(), points()))
    .with(Series::default())
    .with(Series::new("dashed", points()).styled(SeriesStyle::DashedLine));
    lines(&path, &chart).expect("a plot of extremes");
    let one = LineChartSpec::new("", Axis::default().logarithmic(), Axis::default())
        .with(Series::new("one point", [(3.0, 0.0)]));
    lines(&path, &one).expect("a plot of one point");
}

#[test]
fn a_fixed_range_cuts_lines_off() {
    let svg = written_svg(|path| {
        let spec = LineChartSpec::new("", Axis::new("", ""), Axis::new("", "").between(0.0, 1.0))
            .with(Series::with_errors("", [(0.0, -5.0, 1.0), (1.0, 5.0, 9.0)]));
        lines(path, &spec)
    });
    assert!(!svg.contains("<polygon"), "both points are outside");
    assert!(
        svg.contains("#0072B2"),
        "the line between them is partly inside"
    );
}

#[test]
fn only_svg_and_png_files_are_written() {
    for name in ["plot.pdf", "plot", "svg"] {
        let path = PathBuf::from(name);
        let message = heatmap(&path, &small_heatmap())
            .expect_err("no format")
            .to_string();
        assert!(message.contains(name) && message.contains(".svg") && message.contains(".png"));
        assert!(lines(&path, &small_chart()).is_err());
        assert!(!path.exists());
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let path = folder().path().join("no_such_folder").join("plot.svg");
    let error = heatmap(&path, &small_heatmap()).expect_err("no folder");
    assert!(matches!(&error, PlotError::Write { .. }));
    assert!(error.to_string().contains("no_such_folder"));
}

#[test]
fn plots_without_data_are_refused() {
    let path = folder().path().join("plot.svg");
    let empty = LineChartSpec::new("Empty", Axis::default(), Axis::default());
    let gaps = empty.clone().with(Series::new("gap", [(1.0, f64::NAN)]));
    for outcome in [
        heatmap(&path, &HeatmapSpec::new("Empty", 0, 5, Vec::new())),
        heatmap(&path, &HeatmapSpec::new("Empty", 1, 1, vec![f64::NAN])),
        lines(&path, &empty),
        lines(&path, &gaps),
    ] {
        let error = outcome.expect_err("no data");
        assert!(matches!(&error, PlotError::NoData { .. }), "{error}");
        assert!(error.to_string().contains("Empty"));
    }
}

#[test]
fn numbers_without_a_place_are_refused_by_name() {
    let path = folder().path().join("plot.svg");
    let message = |outcome: Result<(), PlotError>| outcome.expect_err("a bad value").to_string();

    let infinite = HeatmapSpec::new("M", 1, 2, vec![0.0, f64::INFINITY]);
    assert!(message(heatmap(&path, &infinite)).contains("row 0, column 1"));

    let wrong_shape = HeatmapSpec::new("M", 2, 2, vec![0.0; 3]);
    assert!(message(heatmap(&path, &wrong_shape)).contains("2 rows and 2 columns, but 3 values"));

    let linear = LineChartSpec::new("C", Axis::default(), Axis::default());
    let logarithmic = LineChartSpec::new("C", Axis::default(), Axis::default().logarithmic());
    let negative_error = Series {
        points: vec![Point {
            x: 0.0,
            y: 1.0,
            error: Some(-1.0),
        }],
        ..Series::new("s", [])
    };
    for chart in [
        linear
            .clone()
            .with(Series::new("s", [(f64::INFINITY, 0.0)])),
        linear.with(negative_error),
        logarithmic.with(Series::new("s", [(1.0, 0.0)])),
    ] {
        assert!(message(lines(&path, &chart)).contains("point 0 of the series `s`"));
    }
}

fn small_floorplan(tiles: usize) -> FloorplanSpec {
    let region = |tile, row, owner| Region {
        tile,
        row,
        column: 2,
        rows: 3,
        columns: 4,
        owner,
    };
    FloorplanSpec {
        title: "Net".into(),
        tile_rows: 8,
        tile_columns: 6,
        tiles,
        regions: vec![region(0, 0, 0), region(0, 5, 1), region(tiles - 1, 1, 1)],
        names: vec!["first".into(), "second".into()],
    }
}

#[test]
fn a_floorplan_shows_tiles_and_names() {
    let svg = written_svg(|path| floorplan(path, &small_floorplan(2)));
    for label in ["Net", "first", "second", "2 tiles, 8 × 6 cells each"] {
        assert!(svg.contains(label), "no `{label}`");
    }
    // Ground, two frames, three regions with frames, two keys.
    assert_eq!(svg.matches("<rect").count(), 1 + 2 + 6 + 2);
    let many = written_svg(|path| floorplan(path, &small_floorplan(1779)));
    assert!(many.contains("the first 100 of 1779 tiles"));
    let folder = folder();
    let path = folder.path().join("plot.png");
    floorplan(&path, &small_floorplan(2)).expect("a plot");
    let (_, _, pixels) = decode(&path);
    let bluish = |pixel: &&[u8]| pixel[2] > 150 && pixel[0] < 90;
    assert!(pixels.chunks_exact(3).filter(bluish).count() > 1000);
}

#[test]
fn floorplans_that_make_no_sense_are_refused() {
    let path = folder().path().join("plot.svg");
    let good = small_floorplan(2);
    let with = |change: fn(&mut Region)| {
        let mut spec = good.clone();
        change(&mut spec.regions[1]);
        floorplan(&path, &spec)
            .expect_err("a bad region")
            .to_string()
    };
    assert!(with(|region| region.tile = 2).contains("region 1"));
    assert!(with(|region| region.owner = 2).contains("no name"));
    assert!(with(|region| region.row = 6).contains("row"));
    assert!(with(|region| region.columns = usize::MAX).contains("column"));
    let empty = FloorplanSpec::default();
    assert!(floorplan(&path, &empty).is_err());
}

#[test]
fn rows_and_columns_can_have_names() {
    let rows = ["1 Ω", "20 Ω"].map(str::to_owned).to_vec();
    let columns = ["three", "four", "five"].map(str::to_owned).to_vec();
    let named = small_heatmap()
        .named_rows("wires", rows)
        .named_columns("bits", columns.clone());
    let svg = written_svg(|path| heatmap(path, &named));
    for label in ["wires", "bits", "1 Ω", "20 Ω", "three", "four", "five"] {
        assert!(svg.contains(label), "no `{label}`");
    }
    let refused = small_heatmap().named_rows("wires", columns);
    let path = folder().path().join("plot.svg");
    assert!(matches!(
        heatmap(&path, &refused),
        Err(PlotError::NoData { .. })
    ));
}

fn small_boxes() -> BoxPlotSpec {
    let group = |name: &str, shift: f64| BoxGroup {
        name: name.into(),
        samples: vec![
            [1.0, 2.0, 3.0, 4.0, 40.0]
                .map(|sample| sample + shift)
                .to_vec(),
            Vec::new(),
            vec![7.0 + shift],
        ],
    };
    BoxPlotSpec {
        title: "Spread".into(),
        category_label: "stuck_fraction".into(),
        categories: ["0.01", "0.02", "0.05"].map(str::to_owned).to_vec(),
        y: Axis::new("accuracy", "%"),
        groups: vec![group("none", 0.0), group("published", 2.0)],
    }
}

#[test]
fn a_box_plot_has_its_labels_boxes_and_outliers() {
    let svg = written_svg(|path| boxes(path, &small_boxes()));
    for label in [
        "Spread",
        "stuck_fraction",
        "0.05",
        "accuracy (%)",
        "none",
        "published",
    ] {
        assert!(svg.contains(label), "no `{label}`");
    }
    // Ground; a filled and an outlined box for four lists of samples and for two names.
    assert_eq!(svg.matches("<rect").count(), 1 + 2 * (4 + 2));
    // 40 and 42 lie beyond the whiskers.
    assert_eq!(svg.matches("<circle").count(), 2);
    let path = folder().path().join("plot.svg");
    let refused = |change: fn(&mut BoxPlotSpec)| {
        let mut spec = small_boxes();
        change(&mut spec);
        boxes(&path, &spec).expect_err("a bad plot").to_string()
    };
    assert!(refused(|spec| spec.groups[1].samples[0][2] = f64::NAN).contains("category `0.01`"));
    assert!(refused(|spec| spec.groups[1].samples.truncate(2)).contains("3 categories"));
    assert!(refused(|spec| spec.groups.clear()).contains("no samples"));
}

#[test]
fn errors_are_bars_or_a_band() {
    let chart = |style: SeriesStyle| {
        let series = [(1.0, 2.0, 0.5), (2.0, 3.0, 0.2), (3.0, 2.5, 0.4)];
        let series = Series::with_errors("s", series).styled(style);
        LineChartSpec::new("C", Axis::default(), Axis::default()).with(series)
    };
    let shapes = |style| {
        let svg = written_svg(|path| lines(path, &chart(style)));
        (
            svg.matches("<polygon").count(),
            svg.matches("<line").count(),
        )
    };
    let (bars, band) = (
        shapes(SeriesStyle::LineAndMarkers),
        shapes(SeriesStyle::LineWithBand),
    );
    assert_eq!(band.0, bars.0 + 1, "markers, and one band");
    assert!(band.1 < bars.1, "no bars beside the band");
}
