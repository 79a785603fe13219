#!/bin/sh
# usage: install.sh          prints the folder of an unpacked Asterisk, making it first if need be
#        install.sh SUITE    the same, from that Debian suite only
#
# Unpacks Debian's Asterisk, SIPp and every library they need into a cache folder: no root, no
# chroot, no maintainer script, no service. Debian stable carries no Asterisk, so it comes from sid,
# or from bullseye when sid is in the middle of a transition. The mirror is the one this machine uses.
set -eu

HOME_OF_BED=${OUTDIAL_ASTERISK:-${XDG_CACHE_HOME:-$HOME/.cache}/outdial/asterisk}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

mirror() {
    sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1 | grep . ||
        awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; exit } }' \
            /etc/apt/sources.list
}

# A private apt state, so that the host's package lists and locks are neither needed nor touched.
private_apt() {
    apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State="$work" -o Dir::State::Lists="$work/lists" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work/cache" -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 \
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Install-Recommends=false "$@"
}

unpack() {
    suite=$1
    work=$HOME_OF_BED/unpacking-$suite
    rm -rf "$work"
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
    : >"$work/status"
    echo "deb [signed-by=$KEYRING] $(mirror) $suite main" >"$work/sources.list"
    private_apt update
    private_apt install -y --download-only asterisk asterisk-core-sounds-en-gsm sip-tester
    for package in "$work"/cache/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
    for folder in bin sbin lib lib64; do
        [ -e "$work/root/$folder" ] || ln -s "usr/$folder" "$work/root/$folder"
    done
    for language in en en_US; do  # what update-alternatives does in an ordinary installation
        link=$work/root/usr/share/asterisk/sounds/$language
        [ -e "$link" ] || ln -s en_US_f_Allison "$link"
    done
    test -e "$work/root/usr/sbin/asterisk"
    mv "$work/root" "$HOME_OF_BED/root"
    rm -rf "$work"
}

for tool in apt-get dpkg-deb flock; do
    command -v "$tool" >/dev/null || { echo "The PBX of the tests needs $tool (Debian)." >&2; exit 1; }
done
mkdir -p "$HOME_OF_BED"
case ${1:-any} in
any)
    (
        flock 9  # two runs that begin together unpack once
        # A process of its own for each suite: `set -e` sleeps inside a condition.
        [ -e "$HOME_OF_BED/root/usr/sbin/asterisk" ] || "$0" sid || "$0" bullseye
    ) 9>"$HOME_OF_BED/lock" >&2
    ;;
*) [ -e "$HOME_OF_BED/root/usr/sbin/asterisk" ] || unpack "$1" >&2 ;;
esac
echo "$HOME_OF_BED/root"
