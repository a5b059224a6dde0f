# shellcheck shell=bash
# Unpacks the pushed release beside older ones and points /usr/local/bin at it. A running etcd keeps its old program
# until start.sh restarts it.
: "${host:?}" "${version:?}" "${sha256:?}" "${tarball:?}" "${copy:?}"

home=/opt/etcd/v$version-${sha256:0:12}
programs=(etcd etcdctl etcdutl)

current() {
  local program
  for program in "${programs[@]}"; do
    [[ $(readlink "/usr/local/bin/$program") == "$home/$program" ]] || return
  done
  (cd "$home" && sha256sum --check --quiet --strict SHA256SUMS) >/dev/null 2>&1
}

if current; then
  report "etcd $version is installed"
  return
fi

[[ -f $tarball ]] || fail "$tarball is not on the machine; push it again: pulumi up --replace '**::$copy'"
echo "$sha256  $tarball" | sha256sum --check --quiet --strict >/dev/null 2>&1 ||
  fail "$tarball has SHA-256 $(sha256sum "$tarball" | cut -d' ' -f1), expected $sha256; nothing was replaced"

install -d -m 755 /opt/etcd
new=$(mktemp -d /opt/etcd/.new.XXXXXX)
trap 'rm -rf "$new"' EXIT
tar --extract --gzip --file "$tarball" --directory "$new" --strip-components=1 --no-same-owner
(cd "$new" && chmod 755 . "${programs[@]}" && sha256sum "${programs[@]}" >SHA256SUMS)
[[ $("$new/etcd" --version) == "etcd Version: $version"$'\n'* ]] || fail "$tarball does not hold etcd $version"
sync --file-system "$new"
rm -rf "$home"
mv -T "$new" "$home"
for program in "${programs[@]}"; do
  ln -sfn "$home/$program" "/usr/local/bin/.$program.new"
  mv -fT "/usr/local/bin/.$program.new" "/usr/local/bin/$program"
done
note "etcd $version"
report ""
