"""What leaves the house on paper or as a table: PDF, its maps, XLSX. 报告"""
