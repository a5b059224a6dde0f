# shellcheck shell=bash
# Unpacks the pushed release beside older ones and links its programs. A running etcd keeps its old program until start.sh
# restarts it.
: "${version:?}" "${sha256:?}" "${tarball:?}" "${copy:?}" "${releases_directory:?}" "${programs_directory:?}"

home=$releases_directory/v$version-${sha256:0:12}
programs=(etcd etcdctl etcdutl)

is_installed() {
  local program
  for program in "${programs[@]}"; do
    [[ $(readlink "$programs_directory/$program") == "$home/$program" ]] || return
  done
  (cd "$home" && sha256sum --check --quiet --strict SHA256SUMS) >/dev/null 2>&1
}

# remove_leftovers: of runs that were killed, the tarball, and releases but this one and the newest other: each has tens of
# megabytes, on a root disk of a few gigabytes.
remove_leftovers() {
  local old
  rm -rf "$releases_directory"/.new.*
  rm -f "$tarball"
  find "$releases_directory" -mindepth 1 -maxdepth 1 -name 'v*' ! -path "$home" -printf '%T@ %p\n' | sort -rn |
    tail -n +2 | cut -d' ' -f2- | while IFS= read -r old; do rm -rf "$old"; done
}

if is_installed; then
  remove_leftovers
  report "etcd $version is installed"
  return
fi

[[ -f $tarball ]] || fail "$tarball is not on the machine; push it again: pulumi up --replace '**::$copy'"
echo "$sha256  $tarball" | sha256sum --check --quiet --strict >/dev/null 2>&1 ||
  fail "$tarball has SHA-256 $(sha256sum "$tarball" | cut -d' ' -f1), expected $sha256; nothing was replaced. Push it \
again: pulumi up --replace '**::$copy'"

install -d -m 755 "$releases_directory"
rm -rf "$releases_directory"/.new.*
new=$(mktemp -d "$releases_directory/.new.XXXXXX")
trap 'rm -rf "$new"' EXIT
tar --extract --gzip --file "$tarball" --directory "$new" --strip-components=1 --no-same-owner
(cd "$new" && chmod 755 . "${programs[@]}" && sha256sum "${programs[@]}" >SHA256SUMS)
[[ $("$new/etcd" --version) == "etcd Version: $version"$'\n'* ]] || fail "$tarball does not hold etcd $version"
sync --file-system "$new"
rm -rf "$home"
mv -T "$new" "$home"
for program in "${programs[@]}"; do
  ln -sfn "$home/$program" "$programs_directory/.$program.new"
  mv -fT "$programs_directory/.$program.new" "$programs_directory/$program"
done
changed "etcd $version"
remove_leftovers
report ""
