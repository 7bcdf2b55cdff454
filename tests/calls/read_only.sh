#!/bin/bash
# Run a command as a container does: user 65534, nothing can be written but /tmp and /srv/out. Run by unshare --mount,
# in whose namespace alone all this holds.
#   read_only.sh CHECKOUT PYTHON_PREFIX SITE_PACKAGES STUDY OUT COMMAND...
set -euo pipefail
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /srv
mkdir -p /srv/site/adamgate /srv/python /srv/packages /srv/work /srv/out
for place in site/adamgate python packages work; do
    mount --bind "$1" "/srv/$place"
    mount -o remount,bind,ro "/srv/$place"
    shift
done
mount --bind "$1" /srv/out
shift
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -o remount,bind,ro /srv
mount -o remount,bind,ro /
cd /srv/work
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
