//! The report of a study in a browser: no complaints on the console, every figure drawn.

#[path = "common/tool.rs"]
mod tool;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Lines with bands, boxes, maps, Pareto fronts, several parts.
const STUDY: &str = "\
title = \"Page & <browser>\"
limit = 30
repeats = 3

[config]
calibration_images = 20
error_images = 10
hardware = \"column-adc\"

[[config.nonideality]]
kind = \"device-to-device\"
sigma = 0.2

[[part]]
name = \"tiles\"
sweep.\"tile.rows + tile.columns\" = { column = \"tile_size\", values = [64, 128] }
sweep.\"adc.bits\" = [3, 8]

[[part]]
name = \"spread\"
sweep.\"nonideality.0.sigma\" = { column = \"sigma\", values = [0.1, 0.3] }

[[claim]]
text = \"More spread, more error.\"
part = \"spread\"
metric = \"relative_error\"
column = \"sigma\"
of = \"0.3\"
than = \"0.1\"
expect = \"higher\"
";

/// Writes to the page what the browser made of its figures.
const SCRIPT: &str = "<script>
window.addEventListener('load', () => {
  const drawn = [...document.querySelectorAll('figure > svg')].filter((svg) => {
    const box = svg.getBoundingClientRect();
    return box.width > 100 && box.height > 100 && [...svg.querySelectorAll('text')].some((text) => text.getBBox().width > 0);
  });
  const loaded = [...document.images].filter((image) => image.naturalWidth > 100);
  document.body.dataset.verdict = `drawn ${drawn.length} loaded ${loaded.length}`;
});
</script>";

/// The browser, or why there is no test.
fn browser() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let files = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let found = files.into_iter().find(|file| file.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "no Chromium: install it, so that the report is looked at"
        );
        eprintln!("no Chromium: the report is not looked at");
    }
    found
}

/// The page after its scripts, and what the browser wrote to its console.
fn opened(browser: &Path, profile: &Path, page: &Path) -> (String, Vec<String>) {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu"])
        .args(["--disable-dev-shm-usage", "--disable-background-networking"])
        .args(["--enable-logging=stderr", "--v=0"])
        .args(["--timeout=120000", "--virtual-time-budget=20000"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", page.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{log}");
    let said = log.lines().filter(|line| line.contains("CONSOLE"));
    let said = said.map(str::to_owned).collect();
    (String::from_utf8_lossy(&output.stdout).into_owned(), said)
}

/// Makes the report of a study's folder and looks at it; returns the names of its PNG files.
fn look_at(browser: &Path, path: &Path, study: &str) -> Vec<String> {
    let profile = path.join("profile");
    let (status, _, stderr) = tool::ohmloom(path, &["study", "report", study]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let report = path.join(study).join("report");
    let page = fs::read_to_string(report.join("report.html")).unwrap();
    let pictures: Vec<String> = fs::read_dir(&report)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "png"))
        .collect();
    let figures = page.matches("<figure>").count();
    assert!(figures >= 12 && figures == pictures.len(), "{figures}");

    let (shown, said) = opened(browser, &profile, &report.join("report.html"));
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(shown.matches("<svg ").count(), figures);

    // A copy with a script that looks at the figures, and with the PNG files.
    let images = pictures.iter().map(|name| format!("<img src=\"{name}\">"));
    let images = images.collect::<Vec<_>>().join("\n");
    let copy = page.replace("</body>", &format!("{images}{SCRIPT}</body>"));
    fs::write(report.join("copy.html"), copy).unwrap();
    let (shown, said) = opened(browser, &profile, &report.join("copy.html"));
    assert!(said.is_empty(), "{said:?}");
    let verdict = format!("data-verdict=\"drawn {figures} loaded {figures}\"");
    assert!(shown.contains(&verdict), "no {verdict}");
    pictures
}

#[test]
fn a_browser_shows_every_figure_and_has_no_complaints() {
    let Some(browser) = browser() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("study.toml"), STUDY).unwrap();
    let arguments = ["study", "run", "study.toml", "--out", "out"];
    let (status, _, stderr) = tool::ohmloom(path, &arguments);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let pictures = look_at(&browser, path, "out");
    for name in ["_spread", "_map", "pareto_"] {
        assert!(
            pictures.iter().any(|picture| picture.contains(name)),
            "{name}"
        );
    }

    // The same eyes see what is wrong with a page.
    let empty = "<svg width=\"0\" height=\"0\"></svg>";
    let broken = format!(
        "<!DOCTYPE html><body><figure>{empty}</figure><img src=\"none.png\"><script>console.error('broken')</script>{SCRIPT}</body>"
    );
    fs::write(path.join("broken.html"), broken).unwrap();
    let profile = path.join("profile");
    let (shown, said) = opened(&browser, &profile, &path.join("broken.html"));
    assert!(said.iter().any(|line| line.contains("broken")), "{said:?}");
    assert!(
        shown.contains("data-verdict=\"drawn 0 loaded 0\""),
        "{shown}"
    );
}

#[test]
fn the_reports_of_the_two_large_presets_are_sound() {
    let Some(browser) = browser() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    // An eighth of each, on the built-in network.
    for preset in ["seizure-offsetting", "dense-sparse-dse"] {
        let run = ["study", "run", preset, "--out", preset];
        let part = ["--limit", "3", "--shard", "1/8"];
        let (status, _, stderr) = tool::ohmloom(path, &[&run[..], &part[..]].concat());
        assert_eq!((status, stderr.as_str()), (0, ""));
        look_at(&browser, path, preset);
    }
}
