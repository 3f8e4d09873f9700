# The guest's kernel and its modules. Sourced by "build"; expects the functions say and die, and objcopy on PATH.

# Unpacks the package of a kernel: unpack_kernel DEB DIRECTORY
# Debian 12 has the modules in lib/modules, Debian 13 in usr/lib/modules.
unpack_kernel() {
  say "unpacking $(basename "$1")"
  dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --no-same-owner
  [ ! -d "$2/usr/lib/modules" ] || { mkdir -p "$2/lib" && mv "$2/usr/lib/modules" "$2/lib/modules"; }
}

# Prints a little-endian number of a file: number FILE OFFSET BYTES
number() { od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# Prints the unpacked payload of a kernel; its first bytes say how it is compressed: unpack_payload PAYLOAD
unpack_payload() {
  case $(od -An -t x1 -N 4 "$1" | tr -d ' ') in
    02214c18) lz4 -dcq <"$1" ;;
    28b52ffd) zstd -dcq <"$1" ;;
    fd377a58) xz -dcq --single-stream <"$1" ;;
    *) return 1 ;;
  esac 2>/dev/null
}

# Takes the ELF kernel out of its self-extracting image: extract_kernel IMAGE ELF
# QEMU starts an ELF kernel through PVH, so the guest does not have to decompress it. The header of the boot
# protocol says where the payload is (setup_sects, payload_offset, payload_length). The last four bytes of
# the payload are its unpacked size.
extract_kernel() {
  local start length size payload=$2.payload
  start=$((($(number "$1" $((0x1f1)) 1) + 1) * 512 + $(number "$1" $((0x248)) 4)))
  length=$(($(number "$1" $((0x24c)) 4) - 4))
  size=$(number "$1" $((start + length)) 4)
  dd if="$1" iflag=skip_bytes,count_bytes skip="$start" count="$length" bs=1M status=none of="$payload"
  unpack_payload "$payload" >"$2" || die "the kernel in $1 is damaged or not compressed with LZ4, zstd or xz"
  rm "$payload"
  [ "$(stat -c %s "$2")" = "$size" ] || die "the kernel in $1 does not have the unpacked size that it states"
}

# Removes the parts of a module that make it slow to load and that this guest does not use: the type
# information, the unwinder's tables and the signature, which lies after the sections, where objcopy copies
# nothing: slim_module FROM TO
slim_module() {
  objcopy -R .BTF -R .comment \
    -R .orc_unwind -R .rela.orc_unwind -R .orc_unwind_ip -R .rela.orc_unwind_ip "$1" "$2"
  chmod 644 "$2"
}

# Copies one kernel module, uncompressed, into a folder and notes it in the order of loading. What a kernel has built
# in has no file: stage_module MODULES_OF_KERNEL FILE FOLDER
stage_module() {
  local from=$1/kernel/$2
  ! grep -qx "kernel/$2" "$1/modules.builtin" || return 0
  if [ -f "$from.xz" ]; then
    xz -dq "$from.xz"
  elif [ -f "$from.zst" ]; then
    zstd -dq --rm "$from.zst"
  fi
  [ -f "$from" ] || die "the kernel package has no module $2"
  slim_module "$from" "$3/$(basename "$2")"
  basename "$2" .ko >>"$3/order"
}
