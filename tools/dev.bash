# What ./dev is made of: messages, Debian packages, quiet builds. Sourced with `root` set.

say() { printf '%s\n' "$*"; }

fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# Prints `PACKAGE: why` for all that the verb $1 needs.
packages_of() {
  local verb line
  while read -r verb line; do
    [[ $verb == "$1" ]] || continue
    if [[ $line == '= '* ]]; then packages_of "${line#= }"; else say "$line"; fi
  done <"$root/tools/packages.txt"
}

# Installs what the verbs "$@" need and this machine lacks. Elsewhere than on Debian the compiler
# and CMake say what is missing.
need() {
  local verb line missing=() names=()
  command -v dpkg-query >/dev/null || return 0
  while IFS= read -r line; do
    dpkg-query -W -f '${db:Status-Status}\n' "${line%%:*}" 2>/dev/null | grep -qx installed ||
      missing+=("$line")
  done < <(for verb in "$@"; do packages_of "$verb"; done | sort -t: -u -k1,1)
  ((${#missing[@]})) || return 0

  say "Missing Debian packages:"
  printf '  %s\n' "${missing[@]}"
  for line in "${missing[@]}"; do names+=("${line%%:*}"); done
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "installing needs root and there is no sudo; as root: apt-get install -y ${names[*]}"
    as_root=(sudo)
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  say "Installing ..."
  # Package lists may be absent or old: they are fetched first, and a failure there shows only when
  # the install fails too.
  quietly apt "${as_root[@]}" sh -c \
    'apt-get update -q; exec apt-get install -yq --no-install-recommends "$@"' sh "${names[@]}" ||
    fail "apt-get could not install: ${names[*]}"
}

# Runs "$2"... with its output kept in build/$1.log, which is shown only if the command fails.
quietly() {
  local log="$root/build/$1.log" status=0
  shift
  mkdir -p "${log%/*}"
  "$@" </dev/null 2>&1 | progress "$log" || status=$?
  ((status == 0)) || plain_log "$log" >&2
  return "$status"
}

# Copies its input to the file $1; on a terminal, shows how far a build has come on one line.
progress() {
  if [[ ! -t 1 ]]; then
    cat >"$1"
    return
  fi
  local line wide=${COLUMNS:-80}
  : >"$1"
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$1"
    [[ $line != '['*/*']'* ]] || printf '\r\e[K%s' "${line:0:wide-1}"
  done
  printf '\r\e[K'
}

# The log $1 without the steps that went well.
plain_log() { grep -vE '^\[[0-9]+/[0-9]+\] ' "$1" || true; }

# Configures the preset $1 and builds the targets "$2"...; two runs of ./dev wait for each other.
build() {
  local preset=$1 options=()
  shift
  [[ -f $root/CMakePresets.json ]] || fail "no CMakePresets.json in $root"
  mkdir -p "$root/build"
  (
    flock 9
    cd "$root"
    quietly "$preset-configure" cmake --preset "$preset" 9>&- ||
      fail "preset $preset: configuring failed (build/$preset-configure.log)"
    (($# == 0)) || options=(--target "$@")
    quietly "$preset-build" cmake --build "build/$preset" "${options[@]}" 9>&- ||
      fail "preset $preset: the build failed (build/$preset-build.log)"
  ) 9>"$root/build/$preset.lock"
}

# Runs "$2"... as the stage named $1, lets it add its counts to $counts, and says how long it took.
# A stage that ends badly without a count is one failure.
stage() {
  local name=$1 before status=0 start=$SECONDS
  shift
  before=$(failures)
  "$@" || status=$?
  ((status == 0 || $(failures) > before)) || say "0 1" >>"$counts"
  say "-- $name: $( ((status)) && say failed || say ok), $((SECONDS - start)) s"
}

failures() { awk '{ sum += $2 } END { print sum + 0 }' "$counts"; }

# Prints the sum of all counts as the last line and ends accordingly.
finish() {
  awk '{ good += $1; bad += $2 } END { printf "%d passed, %d failed\n", good, bad }' "$counts"
  (($(failures) == 0))
}
