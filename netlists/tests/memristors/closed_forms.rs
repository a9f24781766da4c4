//! Against closed forms.

use crate::run::Samples;

/// Without a window the resistance depends on the charge alone: `R^2 = R_0^2 - 2 (R_off - R_on) k phi` with the flux `phi`
/// and `k = uv R_on/d^2`.
#[test]
fn linear_drift_without_window_follows_the_flux() {
    let found = Samples::of(
        "title\nv1 a 0 sin(0 1 1)\nn1 a 0 m x0=0.2\n.model m lineardrift(ron=100 roff=16k)\n.save @n1[i] @n1[r] @n1[x]\n\
        .options reltol=1e-6\n.tran 50u 1\n.end\n",
    );
    let (on, off) = (100.0_f64, 16e3_f64);
    let k = 1e-14 * on / 1e-16;
    let start = on * 0.2 + off * 0.8;
    let omega = std::f64::consts::TAU;
    let mut worst = 0.0_f64;
    for (&t, (&i, &x)) in found
        .scale
        .iter()
        .zip(found.of_name("@n1[i]").iter().zip(found.of_name("@n1[x]")))
    {
        let flux = (1.0 - (omega * t).cos()) / omega;
        let resistance = (start * start - 2.0 * (off - on) * k * flux).sqrt();
        worst = worst.max((i * resistance - (omega * t).sin()).abs());
        worst = worst.max((x - (off - resistance) / (off - on)).abs());
    }
    println!("linear drift: {worst:.1e}");
    assert!(worst < 1e-6, "{worst:e}");
}

/// `R(t) = ln(e^(k r) + e^(-k s t) (e^(k R0) - e^(k r)))/k` during a positive pulse, mirrored during a negative one.
#[test]
fn messaris_answers_pulses_in_closed_form() {
    for (v, k, s, r) in [
        (1.0, 5.11e-4, 743.47 * (6.51_f64.exp() - 1.0), 16719.0),
        (
            -1.0,
            -1.17e-3,
            -68012.28 * (0.31645_f64.exp() - 1.0),
            29304.8 - 23692.8,
        ),
    ] {
        let found = Samples::of(&format!(
            "title\nv1 a 0 {v}\nn1 a 0 m r0=8k\n.model m messaris2018\n.save @n1[x]\n.options reltol=1e-6\n.tran 2u 10m\n.end\n"
        ));
        let mut worst = 0.0_f64;
        for (&t, &x) in found.scale.iter().zip(found.of_name("@n1[x]")) {
            let (k, r0): (f64, f64) = (k, 8e3);
            // Written from the final resistance, so that nothing overflows.
            let part = (-k * s * t).exp() * ((k * (r0 - r)).exp() - 1.0);
            let expected = r + (1.0 + part).ln() / k;
            worst = worst.max((x / expected - 1.0).abs());
        }
        println!("messaris2018 {v} V: {worst:.1e}");
        assert!(worst < 1e-5, "{worst:e}");
    }
    // 1/(r - R) grows with s t.
    let found = Samples::of(
        "title\nv1 a 0 1\nn1 a 0 m r0=2.5k\n.model m messaris2021\n.save @n1[x]\n.options reltol=1e-6\n.tran 10n 50u\n.end\n",
    );
    let (s, r) = (600.1 * ((1.0_f64 / -0.0212).exp() - 1.0), 2699.2 - 672.9);
    for (&t, &x) in found.scale.iter().zip(found.of_name("@n1[x]")) {
        let expected = r - 1.0 / (1.0 / (r - 2500.0) + s * t);
        assert!((x / expected - 1.0).abs() < 1e-5, "{t}: {x} {expected}");
    }
}

/// Above the threshold the resistance is a straight line in time, until it stops at its limit.
#[test]
fn pershin_moves_along_a_line() {
    for start in ["", " uic"] {
        let found = Samples::of(&format!(
            "title\nv1 a 0 2\nn1 a 0 m\n.model m pershin(ron=1k roff=10k alpha=0 beta=1e6 vt=1.5 r0=5k)\n.save @n1[x] @n1[i]\n.tran 1u 20m{start}\n.end\n"
        ));
        for ((&t, &x), &i) in
            (found.scale.iter().zip(found.of_name("@n1[x]"))).zip(found.of_name("@n1[i]"))
        {
            let expected = (5e3 + 1e6 * 0.5 * t).min(10e3);
            assert!((x / expected - 1.0).abs() < 1e-6, "{t}: {x} {expected}");
            assert!((i * expected / 2.0 - 1.0).abs() < 1e-6);
        }
    }
}

/// Direct-current analyses hold the state; small signals see its dynamics.
#[test]
fn operating_points_hold_the_state_and_small_signals_move_it() {
    let sweep = Samples::of(
        "title\nv1 a 0 1\nn1 a 0 m x0=0.5\n.model m lineardrift(ron=100 roff=300)\n.save @n1[i] @n1[x]\n.dc v1 -1 1 0.1\n.end\n",
    );
    for (&v, (&i, &x)) in sweep
        .scale
        .iter()
        .zip(sweep.of_name("@n1[i]").iter().zip(sweep.of_name("@n1[x]")))
    {
        assert!((i - v / 200.0).abs() < 1e-12 && x == 0.5, "{v}: {i} {x}");
    }
    // i = v/R(x), s x = k v/R(x) linearised at v = 1 V: di/dv = 1/R (1 + p)/(1 - ...), p = k (R_off - R_on) i/(R s).
    let plots = crate::run::plots(
        "title\nv1 a 0 dc 1 ac 1\nn1 a 0 m x0=0.5\n.model m lineardrift(ron=100 roff=300)\n.ac dec 1 1 100\n.end\n",
    )
    .unwrap();
    let plot = &plots[0];
    let frequencies = plot.scale().unwrap().data.to_real();
    let currents = plot.stored("v1#branch").unwrap().data.to_complex();
    let (resistance, slope, k) = (200.0, -200.0, 1e-14 * 100.0 / 1e-16);
    for (f, current) in frequencies.iter().zip(&currents) {
        let omega = std::f64::consts::TAU * f;
        let i0 = 1.0 / resistance;
        // x = k i/(j w); v = R i + R' i0 x.
        let imaginary = -slope * i0 * k / omega;
        let norm = resistance * resistance + imaginary * imaginary;
        let (re, im) = (resistance / norm, -imaginary / norm);
        assert!(
            (-current.re - re).abs() < 1e-9 && (-current.im - im).abs() < 1e-9,
            "{f}: {current}, {re} {im}"
        );
    }
}
