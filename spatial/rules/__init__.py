"""The law as data: rulesets, their language, and how they become rows. 规则集"""
