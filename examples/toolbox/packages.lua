-- The programs and the libraries that they need, from upstream's sources.
local build = require("syslua.lib").build
local sources = require("sources")

local P = {}

-- Libraries.

P.zlib = build.autotools { name = "zlib", version = "1.2.13", src = sources.zlib, outputs = { "out", "dev" } }

P.libpng = build.autotools {
  name = "libpng", version = "1.6.39", src = sources.libpng, outputs = { "out", "dev", "doc" },
  flags = { "--disable-static" },
  propagate = { P.zlib }, -- png.h includes zlib.h
}

P.ncurses = build.autotools {
  name = "ncurses", version = "6.4", src = sources.ncurses, outputs = { "out", "dev", "doc" },
  flags = function(_, ctx)
    return {
      "--with-shared", "--with-termlib=tinfo", "--enable-widec", "--without-normal", "--without-debug",
      "--without-ada", "--without-cxx-binding", "--disable-stripping", "--enable-pc-files",
      "--with-pkg-config-libdir=" .. ctx.out .. "/lib/pkgconfig",
      -- Terminals that this machine's owner knows come first.
      "--with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo:" .. ctx.out .. "/share/terminfo",
    }
  end,
}

P.readline = build.autotools {
  name = "readline", version = "8.2", src = sources.readline, outputs = { "out", "dev", "doc" },
  flags = { "--with-curses", "--with-shared-termcap-library", "--disable-static", "--disable-install-examples" },
  propagate = { P.ncurses },
}

P.libevent = build.autotools {
  name = "libevent", version = "2.1.12", src = sources.libevent, outputs = { "out", "dev" },
  flags = { "--disable-openssl", "--disable-samples", "--disable-static" },
}

P.oniguruma = build.cmake {
  name = "oniguruma", version = "6.9.8", src = sources.oniguruma, outputs = { "out", "dev" },
  flags = { "-DBUILD_SHARED_LIBS=ON" },
}

-- Programs.

P.bzip2 = build.make {
  name = "bzip2", version = "1.0.8", src = sources.bzip2, outputs = { "out", "dev", "doc" },
  flags = { "CC=cc" },
}

P.xz = build.autotools {
  name = "xz", version = "5.4.1", src = sources.xz, outputs = { "out", "dev", "doc" },
  flags = { "--disable-static" },
}

P.pcre2 = build.autotools {
  name = "pcre2", version = "10.42", src = sources.pcre2, outputs = { "out", "dev", "doc" },
  deps = { P.zlib, P.readline },
  flags = { "--disable-static", "--enable-jit", "--enable-pcre2grep-libz", "--enable-pcre2test-libreadline" },
}

P.lua = build.make {
  name = "lua", version = "5.4.4", src = sources.lua, deps = { P.readline },
  flags = { "CC=cc -std=gnu99" },
  build = function(opts, ctx)
    ctx.run({ "make", "linux-readline", opts.flags[1] }, { cwd = "source", env = { MAKEFLAGS = ctx.jobserver } })
  end,
  install = function(_, ctx)
    ctx.run({ "make", "install", "INSTALL_TOP=" .. ctx.out, "INSTALL_MAN=" .. ctx.out .. "/share/man/man1" }, {
      cwd = "source",
    })
  end,
}

P.tmux = build.autotools {
  name = "tmux", version = "3.3a", src = sources.tmux, deps = { P.libevent, P.ncurses },
}

P.tree = build.make { name = "tree", version = "2.1.0", src = sources.tree, flags = { "CC=cc" } }

P.cmark = build.cmake {
  name = "cmark", version = "0.30.2", src = sources.cmark, outputs = { "out", "dev" },
  flags = { "-DCMARK_TESTS=OFF", "-DCMARK_STATIC=OFF" },
}

P.hello = build.autotools {
  name = "hello", version = "2.10", src = sources.hello,
  patches = { syslua.source("patches/hello.patch") },
  -- GCC would cut the folder's name, which gnulib copies, into the registers that it is copied by.
  env = { CFLAGS = "-g -O2 -fno-builtin-memcpy" },
}

-- What the project publishes for a tag has no configure: the few steps are done by hand.
P.jq = build.make {
  name = "jq", version = "1.6", src = sources.jq, deps = { P.oniguruma },
  configure = function(_, ctx)
    ctx.write("source/src/version.h", '#define JQ_VERSION "' .. ctx.version .. '"\n')
    ctx.run([[sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' builtin.jq >builtin.inc]], {
      cwd = "source/src",
    })
  end,
  build = function(_, ctx)
    ctx.run([[
      functions="$(sed -n 's/^AC_CHECK_MATH_FUNC(\([a-z0-9_]*\)).*/\1/p' configure.ac | grep -v pow10)"
      for name in $functions isatty strptime strftime timegm gmtime_r gmtime localtime_r localtime gettimeofday \
        tm_tm_gmt_off alloca_h memmem mkstemp libonig __thread; do
        set -- "$@" "-DHAVE_$(echo "$name" | tr a-z A-Z)"
      done
      cc -O2 -w -D_GNU_SOURCE -DIEEE_8087 "$@" $CPPFLAGS -I. -Isrc -o jq $(ls src/*.c | grep -v inject_errors) $LDFLAGS -lonig -lm
    ]], { cwd = "source" })
  end,
  check = function(_, ctx)
    ctx.run([[test "$(echo '{"a": [1, 2]}' | ./jq -c '.a | map(. + 1)')" = '[2,3]']], { cwd = "source" })
  end,
  install = function(_, ctx)
    ctx.copy("source/jq", ctx.out .. "/bin/jq")
    ctx.copy("source/jq.1.prebuilt", ctx.out .. "/share/man/man1/jq.1")
  end,
}

return P
