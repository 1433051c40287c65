-- What is built, each with the hash of what upstream published. A company's mirror can stand in front of a place:
-- `url = { "https://mirror.example.org/xz-5.4.1.tar.xz", "https://tukaani.org/…" }`.
return {
  bzip2 = {
    url = "https://sourceware.org/pub/bzip2/bzip2-1.0.8.tar.gz",
    sha256 = "ab5a03176ee106d3f0fa90e381da478ddae405918153cca248e682cd0c4a2269",
  },
  cmark = {
    url = "https://github.com/commonmark/cmark/archive/refs/tags/0.30.2.tar.gz",
    sha256 = "6c7d2bcaea1433d977d8fed0b55b71c9d045a7cdf616e3cd2dce9007da753db3",
  },
  hello = {
    url = "https://ftp.gnu.org/gnu/hello/hello-2.10.tar.gz",
    sha256 = "31e066137a962676e89f69d1b65382de95a7ef7d914b8cb956f41ea72e0f516b",
  },
  jq = {
    url = "https://github.com/jqlang/jq/archive/refs/tags/jq-1.6.tar.gz",
    sha256 = "3ba940b97571c866923f0409678033d33b5a98758dfc174fad8397ed908bc4d9",
  },
  libevent = {
    url = "https://github.com/libevent/libevent/releases/download/release-2.1.12-stable/libevent-2.1.12-stable.tar.gz",
    sha256 = "92e6de1be9ec176428fd2367677e61ceffc2ee1cb119035037a27d346b0403bb",
  },
  libpng = {
    url = "https://github.com/pnggroup/libpng/archive/refs/tags/v1.6.39.tar.gz",
    sha256 = "a00e9d2f2f664186e4202db9299397f851aea71b36a35e74910b8820e380d441",
  },
  lua = {
    url = "https://www.lua.org/ftp/lua-5.4.4.tar.gz",
    sha256 = "164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61",
  },
  ncurses = {
    url = "https://ftp.gnu.org/gnu/ncurses/ncurses-6.4.tar.gz",
    sha256 = "6931283d9ac87c5073f30b6290c4c75f21632bb4fc3603ac8100812bed248159",
  },
  oniguruma = {
    url = "https://github.com/kkos/oniguruma/archive/refs/tags/v6.9.8.tar.gz",
    sha256 = "26372720bab6733c869a9eb69377f73971138dc5e3eff4a81f5ba8aea5435fb2",
  },
  pcre2 = {
    url = "https://github.com/PCRE2Project/pcre2/releases/download/pcre2-10.42/pcre2-10.42.tar.gz",
    sha256 = "c33b418e3b936ee3153de2c61cc638e7e4fe3156022a5c77d0711bcbb9d64f1f",
  },
  readline = {
    url = "https://ftp.gnu.org/gnu/readline/readline-8.2.tar.gz",
    sha256 = "3feb7171f16a84ee82ca18a36d7b9be109a52c04f492a053331d7d1095007c35",
  },
  tmux = {
    url = "https://github.com/tmux/tmux/releases/download/3.3a/tmux-3.3a.tar.gz",
    sha256 = "e4fd347843bd0772c4f48d6dde625b0b109b7a380ff15db21e97c11a4dcdf93f",
  },
  tree = {
    url = "https://github.com/Old-Man-Programmer/tree/archive/refs/tags/2.1.0.tar.gz",
    sha256 = "0160c535bff2b0dc6a830b9944e981e3427380f63e748da96ced7071faebabf6",
  },
  xz = {
    url = "https://tukaani.org/xz/xz-5.4.1.tar.xz",
    sha256 = "5d9827aa1875b21c288f78864bb26d2650b436ea8d2cad364e4921eb6266a5a5",
  },
  zlib = {
    url = "https://zlib.net/fossils/zlib-1.2.13.tar.gz",
    sha256 = "b3a24de97a8fdbc835b9833169501030b8977031bcb54b3b3ac13740f846ab30",
  },
}
