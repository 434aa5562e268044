#!/bin/sh
# The one command of this tree: makes its own environment from requirements.lock, then runs what is asked for.
# Needs a POSIX shell and Python 3.11 or newer. Downloads with uv where you have it, else with pip: each keeps your own settings.
set -eu
called_from=$PWD
cd "$(dirname "$0")"
venv=$PWD/.venv
python=$venv/bin/python
your_uv=$(command -v uv || :)
PATH=$venv/bin:$PATH # the build backend and the tools lie there
stamp=$venv/.made-from

main() {
    command=${1:-help}
    case "$command" in help | -h | --help) help && return ;; esac
    environment
    case "$command" in
        install) say "the environment is in $venv" ;;
        test) shift && exec "$python" -m pytest "$@" ;;
        soak) shift && FP_SOAK_EXAMPLES=${FP_SOAK_EXAMPLES:-20000} exec "$python" -m pytest -n 0 -s tests/ways "$@" ;;
        check) shift && exec "$python" -m tools.check "$@" ;;
        bench) shift && exec "$python" -m benchmarks "$@" ;;
        lock) shift && lock "$@" ;;
        *) cd "$called_from" && exec "$python" -m fp_gateway.cli "$@" ;;
    esac
}

help() {
    cat <<'END'
./fp COMMAND [OPTIONS]          more about one: ./fp COMMAND --help

  demo        make the demonstration registry and serve it    --check: run the main job once and stop
  serve       serve a registry over GraphQL
  migrate     make a registry's database, or bring its tables up to date
  template    write the workbook that a county fills in
  import      read a filled workbook into a registry
  export      write rows of a region and year to a CSV or XLSX file
  distribute  print how the tables spread over machines       --check: end with 1 when one cannot
  verify      check every invariant of a registry
  key         make the key file that identity numbers are encrypted with
  operator    make an operator of a region
  plugins     list the installed plugins and what each adds
  schema      print the GraphQL schema
  rules       explain a rule: its clauses, its parameters, the documents behind them

  test        run the tests; options go to pytest             FP_REQUIRE_PG=1: fail where PostgreSQL is missing
  soak        ask random queries in every way of reading      FP_SOAK_EXAMPLES=20000: how many on each database
  check       format, lint, types, layers, lock, schema, docs  --fix: mend format, lint and schema.graphql
  bench       measure us beside others on the same rows       --quick: in two minutes; --help: sizes, rounds, parts
  lock        refresh requirements.lock                       --upgrade: to the newest versions
  install     only make the environment

Every command first makes .venv when it is missing or out of date. PYTHON=/path/to/python3 chooses what it is made with.
END
}

environment() {
    wanted=$(fingerprint)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && fits "$python"; then return; fi
    fits "$python" || make_venv
    install_locked
    install_ours
    printf '%s\n' "$wanted" >"$stamp"
}

fingerprint() { # what the environment is made from
    { printf '%s\n' "$PWD" && cat requirements.lock && for folder in $(ours); do cat "$folder/pyproject.toml"; done; } | cksum
}

ours() { # the folders of our own packages
    for file in packages/*/pyproject.toml gateway/pyproject.toml plugins/*/pyproject.toml; do dirname "$file"; done
}

make_venv() {
    base=$(find_python) || exit 1
    say "making .venv with $("$base" --version 2>&1) ($base)"
    if [ -n "$your_uv" ]; then
        "$your_uv" venv -q --clear --no-managed-python --python "$base" "$venv"
        return
    fi
    "$base" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        die "$base cannot make a virtual environment: its module ensurepip is missing" \
            "Debian and Ubuntu: apt-get install python3-venv" "or install uv, or name another Python: PYTHON=/path/to/python3 ./fp …"
    "$base" -m venv --clear "$venv" || die "$base could not make a virtual environment in $venv: see above"
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" || die "PYTHON=$PYTHON is not a Python 3.11 or newer" "name another, or unset PYTHON"
        command -v "$PYTHON"
        return
    fi
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if fits "$name"; then command -v "$name" && return; fi
    done
    die "no Python 3.11 or newer is on PATH" "Debian and Ubuntu: apt-get install python3 python3-venv" \
        "or name one: PYTHON=/path/to/python3 ./fp …"
}

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

install_locked() {
    say "installing about $(grep -c '==' requirements.lock) packages from requirements.lock, once: half a minute"
    set -- --require-hashes -r requirements.lock
    if [ -n "$your_uv" ]; then
        "$your_uv" pip install --python "$python" "$@" >&2 || failed
        return
    fi
    rm -f "$venv/.failed"
    { "$python" -m pip --disable-pip-version-check install --no-compile "$@" || : >"$venv/.failed"; } | progress
    [ ! -e "$venv/.failed" ] || failed
}

install_ours() { # needs no network: the build backend came with the lock
    set --
    for folder in $(ours); do set -- "$@" -e "$folder"; done
    say "linking our own packages"
    "$venv/bin/uv" pip install -q --offline --python "$python" --no-deps --no-build-isolation "$@" >&2 || failed
}

progress() { # pip's many lines as a few
    awk '/^Collecting /  { if (++n % 20 == 0) { printf "fp:   %d collected\n", n; fflush() } }
         /^Installing col/ { print "fp:   installing"; fflush() }' >&2
}

failed() {
    die "the installation failed: see above" \
        "no network? a package index of your own goes into pip's or uv's settings, not into this tree" \
        "hashes differ? requirements.lock and the index disagree: ./fp lock makes a new one" \
        "broken environment? remove .venv and repeat"
}

lock() { # with hashes and without any address, for every platform and Python; pins stay unless --upgrade
    set -- --universal --generate-hashes --no-header --no-annotate --group dev -o requirements.lock -q "$@"
    for folder in $(ours); do set -- "$@" --no-emit-package "$(basename "$folder" | sed 's/^gateway$/fp_gateway/')"; done
    "$venv/bin/uv" pip compile "$@" pyproject.toml
    say "requirements.lock: $(grep -c '==' requirements.lock) packages"
}

say() { printf 'fp: %s\n' "$*" >&2; }

die() {
    say "$1"
    shift
    for line; do printf '    %s\n' "$line" >&2; done
    exit 1
}

main "$@"
