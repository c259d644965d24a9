package io.margrave.vae.torchscript;

/**
 * One file in an archive, as the central directory and its own header agree that it is.
 *
 * @param name with the archive's top folder
 * @param deflated else its bytes lie as they are
 * @param crc CRC-32 of its inflated bytes
 * @param compressed bytes in the archive
 * @param size bytes when inflated
 * @param position of its bytes in the archive
 */
record ZipEntryLayout(String name, boolean deflated, int crc, int compressed, int size, int position) {}
