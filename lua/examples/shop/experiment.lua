-- Two headlines against the shop's own, and a tenth of the visitors who see
-- neither: that is what the others are compared with.

campaign "headline" {
  pages = "/", holdout = 10,
  variants = {
    control = { weight = 50 },
    maker   = { weight = 25, inner { at = "#hero h1", text = "Nine kilns, one table" } },
    warmth  = { weight = 25, inner { at = "#hero h1", text = "Warm hands, warm tea" } },
  },
}
