//! The harness shown able to fail, on small pages of its own.

use anyhow::{Result, ensure};
use tests::browser::{Asked, OtherOrigin, Problem, fixtures_folder, plain_spec};

#[test]
fn a_quiet_page_has_no_problem() -> Result<()> {
    let asked = plain_spec("quiet", &fixtures_folder(), async |ground| {
        ground.browser.open(&format!("{}/quiet.html", ground.origin())).await?;
        let problems = ground.browser.problems().await?;
        ensure!(problems.is_empty(), "{problems:#?}");
        Ok(())
    })?;
    ensure!(asked.is_nothing(), "{asked:#?}");
    Ok(())
}

#[test]
fn an_error_in_the_console_of_a_page_or_its_worker_is_seen() -> Result<()> {
    plain_spec("console-error", &fixtures_folder(), async |ground| {
        ground.browser.open(&format!("{}/console-errors.html", ground.origin())).await?;
        ground.browser.run_async("await window.workerEnded", &[]).await?;
        let problems = ground.browser.problems().await?;
        for expected in [
            "an error that the page logged",
            "an error that the page threw",
            "no-such-file.png",
            "an error that the worker threw",
        ] {
            let seen =
                problems.iter().any(|p| matches!(p, Problem::ConsoleError(text) if text.contains(expected)));
            ensure!(seen, "{expected:?} was not seen: {problems:#?}");
        }
        Ok(())
    })
    .map(drop)
}

#[test]
fn a_request_to_another_origin_is_seen_from_the_page_and_from_its_worker() -> Result<()> {
    let other = OtherOrigin::start()?;
    let asked = plain_spec("other-origin", &fixtures_folder(), async |ground| {
        let script = "
            const [other] = arguments;
            await fetch(`${other}/from-page`);
            const source = `await fetch('${other}/from-worker'); postMessage('ended')`;
            const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
            await new Promise((end) => (new Worker(url, { type: 'module' }).onmessage = end));";
        ground.browser.open(&format!("{}/quiet.html", ground.origin())).await?;
        ground.browser.run_async(script, &[other.origin().into()]).await.map(drop)
    })?;
    let Asked::These(asked) = asked else { return Ok(()) };
    let expected = ["from-page", "from-worker"].map(|path| format!("{}/{path}", other.origin()));
    ensure!(asked == expected, "the browser's log says {asked:?}");
    for path in ["/from-page ", "/from-worker "] {
        ensure!(
            other.asked().iter().any(|line| line.contains(path)),
            "{path} did not arrive: {:?}",
            other.asked()
        );
    }
    Ok(())
}
