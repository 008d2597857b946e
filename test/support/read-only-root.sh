#!/bin/sh
# Runs a program as in a container with a read-only root file system: read-only-root.sh ROOT TREE NODE PROGRAM…
# ROOT is an empty folder. The program sees TREE as /app, the system's libraries, an empty /tmp and nothing else, as
# the user 1000. Root calls it through `unshare --mount`, so that no other process sees the mounts and they end with the program.
set -eu
root=$1 tree=$2 node=$3
shift 3

mount --make-rprivate /
mount -t tmpfs none "$root"
mkdir "$root/app" "$root/usr" "$root/dev" "$root/proc" "$root/tmp" "$root/programs"
for link in bin sbin lib lib64; do
  if [ -h "/$link" ]; then
    ln -s "usr/$link" "$root/$link"
  elif [ -d "/$link" ]; then
    mkdir "$root/$link" && mount --bind "/$link" "$root/$link"
  fi
done
# As the Dockerfile has it: node and munjigi are commands.
touch "$root/programs/node"
ln -s /app/dist/munjigi.cjs "$root/programs/munjigi"
mount --bind "$node" "$root/programs/node"
for part in usr proc; do mount --rbind "/$part" "$root/$part"; done
mount --rbind /dev "$root/dev"
mount --bind "$tree" "$root/app"
mount -o remount,bind,ro "$root/app"
mount -o remount,bind,ro "$root/usr"
mount -t tmpfs -o mode=1777 none "$root/tmp"
mount -o remount,ro "$root"

exec chroot --userspec=1000:1000 "$root" /bin/sh -c 'cd /app && exec "$@"' sh "$@"
